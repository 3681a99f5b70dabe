#include "backends/common/op_table.h"

#include <algorithm>

namespace onnxifi {

namespace {

// Values that no planned kernel takes.
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

const std::vector<const OpKernel*>* OpRegistry::KernelsOf(
    const graph::Node& node) const {
  const auto found = kernels_.find(Key(node.domain, node.op_type));
  return found == kernels_.end() ? nullptr : &found->second;
}

const OpKernel* OpRegistry::Find(const NodeView& node, Reject* why) const {
  const graph::Node& n = node.node();
  const std::vector<const OpKernel*>* kernels = KernelsOf(n);
  if (kernels == nullptr) {
    *why = {RejectReason::kUnknownOperator, n.op_type};
    return nullptr;
  }
  const Reject kinds = CheckValueKinds(node);
  bool known = false;
  for (const OpKernel* kernel : *kernels) {
    if (n.opset < kernel->min_opset || n.opset > kernel->max_opset) continue;
    known = true;
    Reject reject = kernel->evaluate == nullptr ? kinds : Reject();
    if (reject.supported() && kernel->supports != nullptr) {
      reject = kernel->supports(node);
    }
    if (reject.supported()) return kernel;
    *why = std::move(reject);
  }
  if (!known) {
    *why = {RejectReason::kOpset,
            n.op_type + " at opset " + std::to_string(n.opset)};
  }
  return nullptr;
}

bool HasUntypedInput(const NodeView& node) {
  for (size_t i = 0; i < node.input_count(); ++i) {
    if (!node.HasInput(i)) continue;
    const graph::Value& value = node.input(i);
    const bool tensor = value.kind == graph::Value::Kind::kTensor ||
                        value.kind == graph::Value::Kind::kUnknown;
    if (tensor && value.type == graph::DataType::kUndefined) return true;
  }
  return false;
}

OpChoice OpRegistry::Choose(const NodeView& node, Reject* why) const {
  using Mode = OpChoice::Mode;
  if (const OpKernel* kernel = Find(node, why)) {
    return {kernel->evaluate != nullptr ? Mode::kEvaluated : Mode::kPlanned,
            kernel};
  }
  const std::vector<const OpKernel*>* kernels = KernelsOf(node.node());
  if (kernels == nullptr || graph::HasBodies(node.node())) return {};
  if (HasUntypedInput(node)) {
    const int opset = node.opset();
    const bool known = std::any_of(
        kernels->begin(), kernels->end(), [&](const OpKernel* kernel) {
          return opset >= kernel->min_opset && opset <= kernel->max_opset;
        });
    return known ? OpChoice{Mode::kLate, nullptr} : OpChoice();
  }
  if (why->reason != RejectReason::kDynamicShape &&
      why->reason != RejectReason::kNotConstant) {
    return {};
  }
  const NodeView known(node.graph(), node.node(), node.facts(), true);
  Reject late;
  if (Find(known, &late) == nullptr) return {};
  return {Mode::kLate, nullptr};
}

Reject OpRegistry::Supports(const NodeView& node) const {
  Reject why;
  if (!Choose(node, &why).supported()) return why;
  const auto check_body = [&](const graph::Graph& body) -> Reject {
    const GraphFacts facts(body);
    for (const graph::Node& inner : body.nodes) {
      Reject reject = Supports(NodeView(body, inner, &facts));
      if (reject.supported()) continue;
      reject.detail = "in a body of '" + node.node().name + "', node '" +
                      inner.name + "': " + reject.detail;
      return reject;
    }
    return {};
  };
  for (const graph::Attribute& attribute : node.node().attributes) {
    if (attribute.graph != nullptr) {
      Reject reject = check_body(*attribute.graph);
      if (!reject.supported()) return reject;
    }
  }
  return {};
}

}  // namespace onnxifi
