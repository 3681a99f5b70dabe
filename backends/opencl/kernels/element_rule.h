#ifndef ONNXIFI_BACKENDS_OPENCL_KERNELS_ELEMENT_RULE_H_
#define ONNXIFI_BACKENDS_OPENCL_KERNELS_ELEMENT_RULE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "backends/common/op_kernel.h"
#include "backends/opencl/device.h"

namespace onnxifi::opencl {

// What is known of an operand when a kernel is written. Absent inputs have no
// type.
struct ElementOperand {
  graph::DataType type = graph::DataType::kUndefined;
  graph::Shape dims;
  const graph::TensorData* known = nullptr;  // its value, if that is known
};

// An element-wise node with the types and shapes of its inputs, alone in a
// kernel or as a part of a group.
class ElementNode : public NodeView {
 public:
  ElementNode(const NodeView& node, const DeviceFacts& facts,
              std::vector<ElementOperand> operands)
      : NodeView(node), facts_(facts), operands_(std::move(operands)) {}
  // A node that is alone in its kernel.
  explicit ElementNode(const PrepareContext& ctx);

  graph::DataType type(size_t i) const { return operands_[i].type; }
  const graph::Shape& dims(size_t i) const { return operands_[i].dims; }
  const graph::TensorData* known(size_t i) const { return operands_[i].known; }
  const DeviceFacts& facts() const { return facts_; }

 private:
  const DeviceFacts& facts_;
  std::vector<ElementOperand> operands_;
};

// How one element of output 0 of a node is made of one of each operand: what
// kernels of single nodes and of groups are written from. The output has the
// shape to which the operands are broadcast.
struct ElementRule {
  // The element type of the output.
  graph::DataType (*made)(const ElementNode& node);
  // An expression of OpenCL C. `v` has the names of the inputs' elements in their
  // compute types, "" for absent ones; it is converted to the compute type of the
  // output. An error for what the node cannot take.
  Result<std::string> (*text)(const ElementNode& node,
                              const std::vector<std::string>& v);
  // Inputs from this one on are not read.
  size_t operands = SIZE_MAX;
};

// The common form of `made`.
inline graph::DataType SameType(const ElementNode& node) {
  return node.type(0);
}

// True for a node that places its second operand by an attribute.
bool PlacesOperand(const NodeView& node);

// The shape of a node's output.
Result<graph::Shape> ElementShape(const ElementNode& node,
                                  const ElementRule& rule);

// Prepares a node by its rule.
Status PrepareElement(PrepareContext& ctx, const ElementRule& rule);

// An entry of an operator's file.
template <const ElementRule& rule>
constexpr OpKernel ElementKernel(const char* op,
                                 Reject (*supports)(const NodeView&)) {
  OpKernel kernel;
  kernel.op = op;
  kernel.supports = supports;
  kernel.prepare = [](PrepareContext& ctx) {
    return PrepareElement(ctx, rule);
  };
  kernel.any_layout = true;
  kernel.element_rule = &rule;
  return kernel;
}

}  // namespace onnxifi::opencl

#endif  // ONNXIFI_BACKENDS_OPENCL_KERNELS_ELEMENT_RULE_H_
