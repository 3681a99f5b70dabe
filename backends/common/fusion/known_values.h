#ifndef ONNXIFI_BACKENDS_COMMON_FUSION_KNOWN_VALUES_H_
#define ONNXIFI_BACKENDS_COMMON_FUSION_KNOWN_VALUES_H_

#include <vector>

#include "graph/graph.h"

namespace onnxifi {

// Values that a plan knows before the run (IsShapeComputed): constants, and what
// follows from them and from shapes. A shape may follow from these, so that their
// nodes stay by themselves.
class KnownValues {
 public:
  explicit KnownValues(const graph::Graph& graph);

  // Notes the outputs of a node. In the order of the nodes.
  void Add(const graph::Node& node);
  // Also true for an absent value.
  bool Has(graph::ValueId id) const {
    return id == graph::kNoValue || known_[static_cast<size_t>(id)];
  }

 private:
  std::vector<bool> known_;
};

}  // namespace onnxifi

#endif  // ONNXIFI_BACKENDS_COMMON_FUSION_KNOWN_VALUES_H_
