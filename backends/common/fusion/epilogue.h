#ifndef ONNXIFI_BACKENDS_COMMON_FUSION_EPILOGUE_H_
#define ONNXIFI_BACKENDS_COMMON_FUSION_EPILOGUE_H_

#include <cstddef>
#include <functional>

#include "backends/common/fusion/graph_editor.h"
#include "backends/common/op_kernel.h"

namespace onnxifi {

// A product (a convolution, a product of matrices) may carry a group of
// element-wise nodes that is applied to its result before that is stored. Such a
// node keeps its operator, and has the group as a graph in this attribute. Input 0
// of that graph is the product; the others are the node's inputs from
// kEpilogueInputs on. The node's outputs are those of the graph, all of the
// product's type and shape.
inline constexpr const char kEpilogueBody[] = "epilogue";
inline constexpr size_t kEpilogueInputs = 4;

// The group of a node; NULL for others.
const graph::Graph* EpilogueOf(const graph::Node& node);

// What a backend can do in the kernel of a product.
struct EpiloguePolicy {
  // True for products whose kernels take a group. Of at most kEpilogueInputs
  // inputs and with one output.
  std::function<bool(const NodeView& node)> product;
  // True for single nodes that are as good as a group.
  std::function<bool(const NodeView& node)> element;
  size_t most_operands = 11;
};

// Groups and single element-wise nodes behind a product whose result nobody else
// reads go into the product, when what they give has the product's shape and type,
// as far as the model tells. Behind FuseElementwise.
void FuseEpilogues(GraphEditor& editor, const EpiloguePolicy& policy);

}  // namespace onnxifi

#endif  // ONNXIFI_BACKENDS_COMMON_FUSION_EPILOGUE_H_
