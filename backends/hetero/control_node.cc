#include "backends/hetero/control_node.h"

#include <utility>

#include "backends/common/control/control.h"
#include "backends/common/evaluate_context.h"
#include "backends/common/value_memory.h"
#include "backends/hetero/hetero_graph.h"
#include "base/str_cat.h"

namespace onnxifi::hetero {
namespace {

size_t Index(graph::ValueId id) { return static_cast<size_t>(id); }

Status Refused(const graph::Node& node, const std::string& why) {
  return Status(ONNXIFI_STATUS_UNSUPPORTED_ATTRIBUTE,
                StrCat("node '", node.name, "' (", node.op_type, "): ", why));
}

}  // namespace

// One run of the node.
class ControlNode::Context final : public EvaluateContext {
 public:
  Context(ControlNode& owner, std::vector<RunValue> inputs, RunScope& scope,
          const std::vector<RunValue>& slots)
      : EvaluateContext(owner.graph_, owner.node_),
        owner_(owner),
        inputs_(std::move(inputs)),
        scope_(scope),
        slots_(slots),
        outputs_(owner.node_.outputs.size()) {}

  const RunValue& in(size_t i) const override { return inputs_[i]; }
  void SetOutput(size_t i, RunValue value) override {
    if (HasOutput(i)) outputs_[i] = std::move(value);
  }
  Result<std::vector<RunValue>> RunBody(std::string_view attribute,
                                        std::vector<RunValue> inputs) override {
    for (const Body& body : owner_.bodies_) {
      if (body.attribute != attribute) continue;
      for (const graph::ValueId id : body.captured) {
        inputs.push_back(slots_[Index(id)]);
      }
      std::vector<RunValue> outputs;
      ONNXIFI_RETURN_IF_ERROR(
          body.graph->RunValues(scope_, std::move(inputs), &outputs));
      // What is put together of strings refers to the same characters.
      for (const RunValue& output : outputs) KeepStrings(output, scope_);
      return outputs;
    }
    return Error(ONNXIFI_STATUS_INVALID_MODEL,
                 StrCat("has no body '", attribute, "'"));
  }
  PackCache& packed() override { return owner_.packed_; }
  ThreadPool& pool() override { return owner_.pool_; }

  Status Commit(std::vector<RunValue>* slots) {
    for (size_t i = 0; i < outputs_.size(); ++i) {
      if (!HasOutput(i)) continue;
      if (outputs_[i].kind == RunValue::Kind::kNone) {
        return Error(ONNXIFI_STATUS_INTERNAL_ERROR,
                     StrCat("output ", i, " was not set"));
      }
      (*slots)[Index(node().outputs[i])] = std::move(outputs_[i]);
    }
    return Status::Ok();
  }

 private:
  ControlNode& owner_;
  const std::vector<RunValue> inputs_;
  RunScope& scope_;
  const std::vector<RunValue>& slots_;
  std::vector<RunValue> outputs_;
};

Result<std::unique_ptr<ControlNode>> ControlNode::Create(
    const graph::Graph& graph, size_t index, partitioner::Placer& placer,
    const Report& report) {
  const graph::Node& node = graph.nodes[index];
  const OpKernel* kernel = control::FindKernel(node);
  if (kernel == nullptr) {
    return Refused(node, "its bodies cannot be shared");
  }
  const Reject reject = kernel->supports(NodeView(graph, node));
  if (!reject.supported()) return Refused(node, reject.detail);
  std::unique_ptr<ControlNode> made(new ControlNode(graph, node, *kernel));
  for (const partitioner::Placer::Inner& inner : placer.inner()) {
    if (inner.body.node != index) continue;
    Body body;
    body.attribute = inner.body.attribute;
    body.captured = inner.body.captured;
    Result<std::unique_ptr<CompiledGraph>> compiled = HeteroGraph::CreateBody(
        inner.body.graph, *inner.placer,
        report.Inside(StrCat(node.name, "/", body.attribute)));
    if (!compiled.ok()) {
      return compiled.status().WithContext(
          StrCat("node '", node.name, "', ", body.attribute));
    }
    body.graph = std::move(compiled).value();
    made->bodies_.push_back(std::move(body));
  }
  return made;
}

Result<std::vector<RunValue>> ControlNode::Inputs(
    const std::vector<RunValue>& slots) const {
  std::vector<RunValue> inputs;
  for (const graph::ValueId id : node_.inputs) {
    RunValue value;
    if (id != graph::kNoValue) {
      const graph::TensorPtr& constant = graph_.value(id).constant;
      value =
          constant != nullptr ? RunValue::Tensor(constant) : slots[Index(id)];
      if (value.kind == RunValue::Kind::kNone) {
        return Status(ONNXIFI_STATUS_INTERNAL_ERROR,
                      StrCat("node '", node_.name, "': value '",
                             graph_.value(id).name, "' is missing"));
      }
      ONNXIFI_RETURN_IF_ERROR(AlignValue(&value));
    }
    inputs.push_back(std::move(value));
  }
  return inputs;
}

Status ControlNode::Run(RunScope& scope, std::vector<RunValue>* slots) {
  ONNXIFI_ASSIGN_OR_RETURN(std::vector<RunValue> inputs, Inputs(*slots));
  Context context(*this, std::move(inputs), scope, *slots);
  ONNXIFI_RETURN_IF_ERROR(kernel_.evaluate(context));
  return context.Commit(slots);
}

}  // namespace onnxifi::hetero
