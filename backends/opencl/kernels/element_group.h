#ifndef ONNXIFI_BACKENDS_OPENCL_KERNELS_ELEMENT_GROUP_H_
#define ONNXIFI_BACKENDS_OPENCL_KERNELS_ELEMENT_GROUP_H_

#include <cstddef>
#include <string>
#include <vector>

#include "backends/opencl/kernels/element_rule.h"

namespace onnxifi::opencl {

// The rule of a node that can be a part of a group; NULL for others.
const ElementRule* ElementRuleOf(const NodeView& node);

// A value of the compute type as it is read back after it was stored: rounded,
// for half types.
std::string StoredText(graph::DataType type, const std::string& value);

// The body of a fused node (fusion/elementwise.h) as text: one statement a node,
// from its inputs, which are called v0, v1, ... Values between nodes are what
// they would be in memory.
class ElementGroup {
 public:
  // `operands` are the body's inputs.
  static Result<ElementGroup> Make(const graph::Graph& body,
                                   const DeviceFacts& facts,
                                   const std::vector<ElementOperand>& operands);

  graph::DataType type(size_t output) const {
    return value_of(body_->outputs[output]).type;
  }
  const graph::Shape& shape(size_t output) const {
    return value_of(body_->outputs[output]).dims;
  }

  // Statements for some of the outputs, and which inputs they read.
  struct Part {
    std::string statements;
    std::vector<size_t> inputs;
    std::vector<std::string> values;  // the names of the outputs
  };
  Part TextOf(const std::vector<size_t>& outputs) const;

 private:
  struct Statement {
    std::string text;
    std::vector<graph::ValueId> reads;
  };

  explicit ElementGroup(const graph::Graph& body)
      : body_(&body), values_(body.values.size()), names_(body.values.size()) {}
  Status Add(const graph::Node& node, const DeviceFacts& facts);
  const ElementOperand& value_of(graph::ValueId id) const {
    return values_[static_cast<size_t>(id)];
  }
  const std::string& name_of(graph::ValueId id) const {
    return names_[static_cast<size_t>(id)];
  }

  const graph::Graph* body_;
  std::vector<ElementOperand> values_;  // of each value of the body
  std::vector<std::string> names_;
  std::vector<Statement> statements_;  // of each node
};

}  // namespace onnxifi::opencl

#endif  // ONNXIFI_BACKENDS_OPENCL_KERNELS_ELEMENT_GROUP_H_
