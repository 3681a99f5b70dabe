#include "backends/opencl/kernels/element_group.h"

#include <algorithm>
#include <utility>

#include "backends/opencl/kernel_text.h"
#include "backends/opencl/opencl_backend.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {

using graph::kNoValue;
using graph::ValueId;

const ElementRule* ElementRuleOf(const NodeView& node) {
  static const OpRegistry registry(kAllOps);
  if (PlacesOperand(node)) return nullptr;
  Reject why;
  const OpKernel* const kernel = registry.Find(node, &why);
  return kernel == nullptr
             ? nullptr
             : static_cast<const ElementRule*>(kernel->element_rule);
}

std::string StoredText(graph::DataType type, const std::string& value) {
  switch (type) {
    case graph::DataType::kFloat16:
      return StrCat("round_half(", value, ")");
    case graph::DataType::kBfloat16:
      return StrCat("from_bfloat16(to_bfloat16(", value, "))");
    default:
      return value;
  }
}

Result<ElementGroup> ElementGroup::Make(
    const graph::Graph& body, const DeviceFacts& facts,
    const std::vector<ElementOperand>& operands) {
  ElementGroup group(body);
  for (size_t i = 0; i < operands.size(); ++i) {
    const auto at = static_cast<size_t>(body.inputs[i]);
    group.values_[at] = operands[i];
    group.names_[at] = StrCat("v", i);
  }
  for (const graph::Node& node : body.nodes) {
    ONNXIFI_RETURN_IF_ERROR(group.Add(node, facts));
  }
  return group;
}

Status ElementGroup::Add(const graph::Node& node, const DeviceFacts& facts) {
  const NodeView view(*body_, node);
  const ElementRule* const rule = ElementRuleOf(view);
  if (rule == nullptr) {
    return Status(ONNXIFI_STATUS_INTERNAL_ERROR,
                  StrCat(node.op_type, " '", node.name,
                         "' has no text, but is a part of a group"));
  }
  std::vector<ElementOperand> operands;
  std::vector<std::string> names;
  Statement statement;
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    const ValueId id = node.inputs[i];
    const bool there = id != kNoValue;
    operands.push_back(there ? value_of(id) : ElementOperand());
    names.push_back(there ? name_of(id) : "");
    if (there && i < rule->operands) statement.reads.push_back(id);
  }
  const ElementNode element(view, facts, std::move(operands));
  const auto out = static_cast<size_t>(node.outputs[0]);
  ElementOperand& made = values_[out];
  made.type = rule->made(element);
  ONNXIFI_ASSIGN_OR_RETURN(made.dims, ElementShape(element, *rule));
  ONNXIFI_ASSIGN_OR_RETURN(const std::string text, rule->text(element, names));
  names_[out] = StrCat("t", statements_.size());
  const char* const compute = KernelTypeOf(made.type).compute;
  const std::string value = StrCat("(", compute, ")(", text, ")");
  statement.text = StrCat("    const ", compute, " ", names_[out], " = ",
                          StoredText(made.type, value), ";\n");
  statements_.push_back(std::move(statement));
  return Status::Ok();
}

ElementGroup::Part ElementGroup::TextOf(
    const std::vector<size_t>& outputs) const {
  Part part;
  std::vector<bool> wanted(values_.size(), false);
  for (const size_t output : outputs) {
    wanted[static_cast<size_t>(body_->outputs[output])] = true;
    part.values.push_back(name_of(body_->outputs[output]));
  }
  for (size_t k = statements_.size(); k-- > 0;) {
    const ValueId out = body_->nodes[k].outputs[0];
    if (!wanted[static_cast<size_t>(out)]) continue;
    part.statements.insert(0, statements_[k].text);
    for (const ValueId id : statements_[k].reads) {
      wanted[static_cast<size_t>(id)] = true;
    }
  }
  for (size_t i = 0; i < body_->inputs.size(); ++i) {
    if (wanted[static_cast<size_t>(body_->inputs[i])]) part.inputs.push_back(i);
  }
  return part;
}

}  // namespace onnxifi::opencl
