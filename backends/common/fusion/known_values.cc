#include "backends/common/fusion/known_values.h"

#include <algorithm>

namespace onnxifi {

using graph::ValueId;

KnownValues::KnownValues(const graph::Graph& graph)
    : known_(graph.values.size(), false) {
  for (size_t i = 0; i < known_.size(); ++i) {
    known_[i] = graph.values[i].constant != nullptr;
  }
}

void KnownValues::Add(const graph::Node& node) {
  const bool shape = node.op_type == "Shape" || node.op_type == "Size";
  const bool random = node.op_type.starts_with("Random") ||
                      node.op_type == "Bernoulli" ||
                      node.op_type == "Multinomial";
  const bool all = !node.inputs.empty() &&
                   std::all_of(node.inputs.begin(), node.inputs.end(),
                               [&](ValueId id) { return Has(id); });
  if (random || !(all || (node.domain.empty() && shape))) return;
  for (const ValueId id : node.outputs) {
    if (id != graph::kNoValue) known_[static_cast<size_t>(id)] = true;
  }
}

}  // namespace onnxifi
