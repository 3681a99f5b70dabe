// Mutants whose answer about a model depends on what it should not.
#include "conformance/mutants/mutant.h"
#include "graph/wire_reader.h"

namespace onnxifi::mutants {
namespace {

constexpr uint32_t kModelGraph = 7;
constexpr uint32_t kGraphNode = 1;
constexpr uint32_t kGraphInitializer = 5;

// So many fields of this number the model's graph has; 0 for what is no model.
size_t CountInGraph(size_t size, const void* model, uint32_t number) {
  size_t count = 0;
  graph::WireReader reader({static_cast<const std::byte*>(model), size});
  graph::WireField field;
  while (!reader.done() && reader.Next(&field).ok()) {
    if (field.number != kModelGraph) continue;
    graph::WireReader inner(field.bytes);
    graph::WireField each;
    while (!inner.done() && inner.Next(&each).ok()) {
      count += each.number == number ? 1 : 0;
    }
  }
  return count;
}

class Denies final : public Mutant {
 public:
  Denies(const BasePlugin& base, uint32_t number, size_t more_than)
      : Mutant(base), number_(number), more_than_(more_than) {}
  onnxStatus onnxGetBackendCompatibility(onnxBackendID id, size_t size,
                                         const void* model) override {
    const onnxStatus status =
        base_.onnxGetBackendCompatibility(id, size, model);
    const bool deny = status == ONNXIFI_STATUS_SUCCESS &&
                      CountInGraph(size, model, number_) > more_than_;
    return deny ? ONNXIFI_STATUS_UNSUPPORTED_OPERATOR : status;
  }

 private:
  const uint32_t number_;
  const size_t more_than_;
};

}  // namespace

void AddCompatibilityMutants(std::vector<MutantInfo>* list) {
  const auto add = [list](const char* name, uint32_t number, size_t more_than,
                          const char* what) {
    list->push_back({name, Area::kStatus, what,
                     [number, more_than](const BasePlugin& base) {
                       return std::make_unique<Denies>(base, number, more_than);
                     }});
  };
  add("compat_denies_several_nodes", kGraphNode, 1,
      "onnxGetBackendCompatibility denies models of more than one node");
  add("compat_denies_initializers", kGraphInitializer, 0,
      "onnxGetBackendCompatibility denies models with weights in them");
}

}  // namespace onnxifi::mutants
