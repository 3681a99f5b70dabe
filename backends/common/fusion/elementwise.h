#ifndef ONNXIFI_BACKENDS_COMMON_FUSION_ELEMENTWISE_H_
#define ONNXIFI_BACKENDS_COMMON_FUSION_ELEMENTWISE_H_

#include <cstddef>
#include <functional>
#include <vector>

#include "backends/common/fusion/graph_editor.h"
#include "backends/common/op_kernel.h"

namespace onnxifi {

// The operator of a group, in kFusedDomain: attribute kElementwiseBody holds its
// nodes, in their order, as a graph whose inputs and outputs are those of the
// node. The body has no constants and captures nothing.
inline constexpr const char kFusedElementwise[] = "FusedElementwise";
inline constexpr const char kElementwiseBody[] = "body";

// The body of such a node; NULL for others.
const graph::Graph* ElementwiseBodyOf(const graph::Node& node);

// The node that stands for some of a graph, by rising index. Each has one output.
graph::Node MakeElementwiseNode(const GraphEditor& editor,
                                const std::vector<int>& nodes);

// What a backend can do in one kernel.
struct ElementwisePolicy {
  // True for nodes that the backend runs element by element, with one output
  // that is broadcast from the inputs, and that may be parts of a group.
  std::function<bool(const NodeView& node)> takes;
  size_t most_nodes = 48;
  size_t most_inputs = 12;
  size_t most_outputs = 4;
};

// Chains and small graphs of element-wise nodes become one node each. What others
// read of a group becomes an output of it. All outputs have one shape, as far
// as the model tells; nodes of smaller shapes are taken in when nobody else reads
// them and computing them for each element costs little. Nodes that only depend
// on constants and shapes stay, because plans fold them.
void FuseElementwise(GraphEditor& editor, const ElementwisePolicy& policy);

}  // namespace onnxifi

#endif  // ONNXIFI_BACKENDS_COMMON_FUSION_ELEMENTWISE_H_
