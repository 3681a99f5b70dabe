#ifndef ONNXIFI_CONFORMANCE_MUTANTS_INTERFACE_MUTANT_H_
#define ONNXIFI_CONFORMANCE_MUTANTS_INTERFACE_MUTANT_H_

#include <cstddef>
#include <string>

#include "conformance/mutants/mutant.h"

namespace onnxifi::mutants {

// The model as the mutant wants it compiled; the same when it cannot be read.
std::string ChangedModel(Mutant& mutant, const void* model, size_t size);

// What onnxGetExtensionFunctionAddress has found, replaced so that the mutant
// works through interface 1.1, too: the models of initGraph and the outputs of
// runValues change as those of the core functions do. Serves one mutant a
// process.
void WrapExtension(Mutant& mutant, const char* name,
                   onnxExtensionFunctionPointer* function);

// The right plugin's table. Requires that somebody has asked for it.
const onnxPluginInterface& BaseTable();

// Changes the table of interface 1.1 and nothing else.
class TableMutant final : public Mutant {
 public:
  using Patch = void (*)(onnxPluginInterface* table);
  TableMutant(const BasePlugin& base, Patch patch)
      : Mutant(base), patch_(patch) {}
  void ChangeInterface(const onnxPluginInterface&,
                       onnxPluginInterface* table) override {
    patch_(table);
  }

 private:
  const Patch patch_;
};

// A row in a list of such mutants.
struct TableRow {
  const char* name;
  TableMutant::Patch patch;
  const char* what;
};

inline void AddTableRows(std::span<const TableRow> rows,
                         std::vector<MutantInfo>* list) {
  for (const TableRow& row : rows) {
    list->push_back(
        {row.name, Area::kInterface, row.what, [row](const BasePlugin& base) {
           return std::make_unique<TableMutant>(base, row.patch);
         }});
  }
}

// The arguments of a member of the table.
template <typename Arguments>
Arguments ArgumentsOf(onnxStatus (*onnxPluginInterface::*)(const Arguments*));
template <auto kMember>
using Arguments = decltype(ArgumentsOf(kMember));

// The member's call on the right plugin.
template <auto kMember>
onnxStatus CallBase(const Arguments<kMember>* arguments) {
  return (BaseTable().*kMember)(arguments);
}
// Whether there is something to read.
template <typename Struct>
bool Whole(const Struct* arguments) {
  return arguments != nullptr && arguments->structSize >= sizeof(Struct);
}

// Patches, for one member each.

// It reports kTo where it should report kFrom.
template <auto kMember, onnxStatus kFrom, onnxStatus kTo>
void SwapStatus(onnxPluginInterface* table) {
  table->*kMember = [](const Arguments<kMember>* arguments) -> onnxStatus {
    const onnxStatus status = CallBase<kMember>(arguments);
    return status == kFrom ? kTo : status;
  };
}
// It works on changed arguments.
template <auto kMember, auto kChange>
void Before(onnxPluginInterface* table) {
  table->*kMember = [](const Arguments<kMember>* arguments) -> onnxStatus {
    if (!Whole(arguments)) return CallBase<kMember>(arguments);
    Arguments<kMember> changed = *arguments;
    kChange(changed);
    return CallBase<kMember>(&changed);
  };
}
// Something is changed when it has succeeded.
template <auto kMember, auto kChange>
void After(onnxPluginInterface* table) {
  table->*kMember = [](const Arguments<kMember>* arguments) -> onnxStatus {
    const onnxStatus status = CallBase<kMember>(arguments);
    if (status == ONNXIFI_STATUS_SUCCESS) kChange(*arguments);
    return status;
  };
}
// It is another function.
template <auto kMember, auto kFunction>
void Replace(onnxPluginInterface* table) {
  table->*kMember = kFunction;
}

}  // namespace onnxifi::mutants

#endif  // ONNXIFI_CONFORMANCE_MUTANTS_INTERFACE_MUTANT_H_
