#ifndef ONNXIFI_CONFORMANCE_MUTANTS_MUTANT_H_
#define ONNXIFI_CONFORMANCE_MUTANTS_MUTANT_H_

#include <onnxifi/onnxifi_ext.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "conformance/mutants/base_plugin.h"
#include "graph/graph.h"

namespace onnxifi::mutants {

// Elements of one output of a run, in memory that may be changed.
struct Output {
  uint64_t type = 0;  // ONNXIFI_DATATYPE_*
  std::vector<uint64_t> shape;
  void* data = nullptr;
  size_t count = 0;         // elements
  size_t element_size = 0;  // bytes
};

// One deliberately wrong plugin: everything goes to a right one, and in one
// place something is changed. A function of the interface that a mutant does
// not override is passed on. Thread-safe as far as the mutant is meant to be.
class Mutant {
 public:
  explicit Mutant(const BasePlugin& base) : base_(base) {}
  virtual ~Mutant() = default;

#define ONNXIFI_MUTANT_PASS(name, parameters, arguments) \
  virtual onnxStatus name parameters { return base_.name arguments; }
#include "conformance/mutants/functions.inc"
#undef ONNXIFI_MUTANT_PASS

  // Changes a model before it is compiled; not what compatibility is asked
  // about. False: it is as it was.
  virtual bool ChangeModel(graph::Graph*) { return false; }
  virtual bool changes_models() const { return false; }
  // Changes what a run has computed.
  virtual void ChangeOutputs(std::span<Output>) {}
  virtual bool changes_outputs() const { return false; }
  // Changes the table of interface 1.1; `base` is that of the right plugin, and
  // lives for ever.
  virtual void ChangeInterface(const onnxPluginInterface& /*base*/,
                               onnxPluginInterface* /*table*/) {}
  // The function that exchanges the tables; `get` is the right plugin's.
  virtual onnxStatus GetInterface(onnxGetInterfaceFunction get,
                                  onnxBackendID id,
                                  const onnxHostInterface* host,
                                  const onnxPluginInterface** plugin) {
    return get(id, host, plugin);
  }
  // Any other extension function, in place of what was found.
  virtual onnxExtensionFunctionPointer Extension(
      std::string_view /*name*/, onnxExtensionFunctionPointer found) {
    return found;
  }

 protected:
  const BasePlugin& base_;
};

// For calls whose result nobody asks for.
inline void Ignore(onnxStatus) {}

template <typename Kind>
std::unique_ptr<Mutant> MakeMutant(const BasePlugin& base) {
  return std::make_unique<Kind>(base);
}

// What a mutant breaks: the group of tests that has to find it.
enum class Area {
  kHandshake,
  kInfo,
  kStatus,
  kLifeCycle,
  kRun,
  kOperator,
  kInterface,
  // These are no mutants. Nothing is changed: every test passes.
  kControl,
  // For tests of the suite itself: they do something when a model holds the
  // text in ONNXIFI_MUTANT_TRIGGER, or say yes to everything.
  kTrap,
};
const char* AreaName(Area area);

struct MutantInfo {
  std::string name;  // part of the file name: lower case and '_'
  Area area;
  std::string what;  // the one rule that it breaks
  std::function<std::unique_ptr<Mutant>(const BasePlugin&)> make;
};

// All of them, in a fixed order; names are different.
const std::vector<MutantInfo>& AllMutants();

// The parts of the list, by file.
void AddStatusMutants(std::vector<MutantInfo>* list);
void AddInfoMutants(std::vector<MutantInfo>* list);
void AddOutputMutants(std::vector<MutantInfo>* list);
void AddModelMutants(std::vector<MutantInfo>* list);
void AddLifeMutants(std::vector<MutantInfo>* list);
void AddEventMutants(std::vector<MutantInfo>* list);
void AddRunMutants(std::vector<MutantInfo>* list);
void AddThreadMutants(std::vector<MutantInfo>* list);
void AddCheckMutants(std::vector<MutantInfo>* list);
void AddHandleMutants(std::vector<MutantInfo>* list);
void AddRewriteMutants(std::vector<MutantInfo>* list);
void AddGraphMutants(std::vector<MutantInfo>* list);
void AddExchangeMutants(std::vector<MutantInfo>* list);
void AddInterfaceMutants(std::vector<MutantInfo>* list);
void AddStartRunMutants(std::vector<MutantInfo>* list);
void AddValueMutants(std::vector<MutantInfo>* list);
void AddMemoryMutants(std::vector<MutantInfo>* list);
void AddCompatibilityMutants(std::vector<MutantInfo>* list);
void AddExportMutants(std::vector<MutantInfo>* list);
void AddTraps(std::vector<MutantInfo>* list);

}  // namespace onnxifi::mutants

#endif  // ONNXIFI_CONFORMANCE_MUTANTS_MUTANT_H_
