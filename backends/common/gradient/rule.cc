#include "backends/common/gradient/rule.h"

#include <utility>

#include "base/str_cat.h"
#include "graph/text.h"

namespace onnxifi::gradient {

Var RuleContext::EnsureOut(size_t i, TensorInfo info) {
  if (!HasOut(i)) {
    const graph::ValueId made =
        emitter_.NewValue(std::move(info), StrCat(node_.op_type, "_output", i));
    if (node_.outputs.size() <= i) {
      node_.outputs.resize(i + 1, graph::kNoValue);
    }
    node_.outputs[i] = made;
  }
  return out(i);
}

Var RuleContext::grad(size_t i) const {
  if (!HasOut(i)) return emitter_.None();
  return emitter_.Wrap(walk_.GradientOf(node_.outputs[i]));
}

bool RuleContext::ConstantInts(size_t i, std::vector<int64_t>* ints) const {
  ints->clear();
  if (!HasIn(i)) return true;
  const graph::TensorPtr& constant = emitter_.value(node_.inputs[i]).constant;
  if (constant == nullptr) return false;
  Result<std::vector<int64_t>> read = graph::ReadInts(*constant);
  if (read.ok()) *ints = std::move(read).value();
  return read.ok();
}

Status RuleContext::Refuse(std::string why) const {
  return Status(
      ONNXIFI_STATUS_UNSUPPORTED_ATTRIBUTE,
      StrCat("no gradient goes through node ", graph::Quoted(node_.name), " (",
             node_.op_type, "): ", why));
}

const Rule* FindRule(const graph::Node& node) {
  if (node.domain == kDomain) {
    for (const Rule& rule : InternalRules()) {
      if (node.op_type == rule.op) return &rule;
    }
    return nullptr;
  }
  if (!node.domain.empty()) return nullptr;
  const std::span<const Rule> families[] = {
      UnaryRules(),  ActivationRules(),    BinaryRules(), MatrixRules(),
      ReduceRules(), ShapeRules(),         IndexRules(),  ConvRules(),
      PoolRules(),   NormalizationRules(), LossRules(),
  };
  for (const std::span<const Rule> family : families) {
    for (const Rule& rule : family) {
      if (node.op_type == rule.op) return &rule;
    }
  }
  return nullptr;
}

Status ApplyRule(const Rule& rule, RuleContext& context) {
  if (!rule.any_output && !context.grad(0).valid()) {
    return context.Refuse("only its first output has a derivative");
  }
  if (rule.unary == nullptr) return rule.rule(context);
  if (context.Wants(0)) {
    context.Give(0, rule.unary({context.in(0), context.out(0), context.grad(0),
                                context.attrs()}));
  }
  return Status::Ok();
}

}  // namespace onnxifi::gradient
