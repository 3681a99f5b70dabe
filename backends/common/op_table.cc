#include "backends/common/op_table.h"

namespace onnxifi {

namespace {

// Values that no kernel of a tensor backend takes.
Reject CheckValueKinds(const NodeView& node) {
  using Kind = graph::Value::Kind;
  const auto is_tensor = [](const graph::Value& value) {
    return value.kind == Kind::kTensor || value.kind == Kind::kUnknown;
  };
  for (size_t i = 0; i < node.input_count(); ++i) {
    if (node.HasInput(i) && !is_tensor(node.input(i))) {
      return {RejectReason::kValueKind, "input '" + node.input(i).name + "'"};
    }
  }
  for (size_t i = 0; i < node.output_count(); ++i) {
    if (node.HasOutput(i) && !is_tensor(node.output(i))) {
      return {RejectReason::kValueKind, "output '" + node.output(i).name + "'"};
    }
  }
  return {};
}

}  // namespace

OpRegistry::OpRegistry(const OpTable* const* tables) {
  for (; *tables != nullptr; ++tables) {
    for (size_t i = 0; i < (*tables)->count; ++i) {
      const OpKernel& kernel = (*tables)->kernels[i];
      kernels_[Key(kernel.domain, kernel.op)].push_back(&kernel);
    }
  }
}

std::string OpRegistry::Key(std::string_view domain, std::string_view op) {
  std::string key(domain);
  key += ':';
  key += op;
  return key;
}

const OpKernel* OpRegistry::Find(const NodeView& node, Reject* why) const {
  const graph::Node& n = node.node();
  const auto found = kernels_.find(Key(n.domain, n.op_type));
  if (found == kernels_.end()) {
    *why = {RejectReason::kUnknownOperator, n.op_type};
    return nullptr;
  }
  if (Reject kinds = CheckValueKinds(node); !kinds.supported()) {
    *why = std::move(kinds);
    return nullptr;
  }
  *why = {RejectReason::kOpset,
          n.op_type + " at opset " + std::to_string(n.opset)};
  for (const OpKernel* kernel : found->second) {
    if (n.opset < kernel->min_opset || n.opset > kernel->max_opset) continue;
    Reject reject =
        kernel->supports == nullptr ? Reject{} : kernel->supports(node);
    if (reject.supported()) return kernel;
    *why = std::move(reject);
  }
  return nullptr;
}

}  // namespace onnxifi
