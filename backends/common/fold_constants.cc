#include "backends/common/fold_constants.h"

#include <utility>
#include <vector>

#include "backends/common/evaluate_context.h"
#include "backends/common/plan_builder.h"

namespace onnxifi {

using graph::kNoValue;
using graph::TensorPtr;

namespace {

// An evaluated node whose inputs are all constants.
class ConstantContext final : public EvaluateContext {
 public:
  ConstantContext(const graph::Graph& graph, const graph::Node& node,
                  std::vector<RunValue> inputs, PackCache& packed,
                  ThreadPool& pool)
      : EvaluateContext(graph, node),
        inputs_(std::move(inputs)),
        outputs_(node.outputs.size()),
        packed_(packed),
        pool_(pool) {}

  const RunValue& in(size_t i) const override { return inputs_[i]; }
  void SetOutput(size_t i, RunValue value) override {
    if (HasOutput(i)) outputs_[i] = std::move(value);
  }
  Result<std::vector<RunValue>> RunBody(std::string_view,
                                        std::vector<RunValue>) override {
    return Error(ONNXIFI_STATUS_INTERNAL_ERROR, "bodies are not folded");
  }
  PackCache& packed() override { return packed_; }
  ThreadPool& pool() override { return pool_; }

  // The outputs, when each is a tensor that stands on its own: strings may
  // refer to characters of an input.
  bool Take(std::vector<TensorPtr>* outputs) {
    for (size_t i = 0; i < outputs_.size(); ++i) {
      outputs->push_back(outputs_[i].tensor);
      if (!HasOutput(i)) continue;
      if (!outputs_[i].is_tensor() ||
          outputs_[i].tensor->type == graph::DataType::kString) {
        return false;
      }
    }
    return true;
  }

 private:
  std::vector<RunValue> inputs_;
  std::vector<RunValue> outputs_;
  PackCache& packed_;
  ThreadPool& pool_;
};

// The results of a node on constants; false when it must stay.
bool Evaluate(const graph::Graph& graph, const graph::Node& node,
              const OpKernel& kernel, const std::vector<TensorPtr>& inputs,
              const CompilerHooks& hooks, PackCache& packed, ThreadPool& pool,
              std::vector<TensorPtr>* outputs) {
  if (kernel.evaluate == nullptr) {
    Result<std::vector<TensorPtr>> made =
        EvaluateNode(graph, node, kernel, inputs, hooks, packed, pool);
    if (made.ok()) *outputs = std::move(made).value();
    return made.ok();
  }
  if (graph::HasBodies(node)) return false;
  std::vector<RunValue> values;
  for (const TensorPtr& input : inputs) {
    values.emplace_back();
    if (input == nullptr) continue;
    Result<TensorPtr> aligned = AlignedTensor(input);
    if (!aligned.ok()) return false;
    values.back() = RunValue::Tensor(std::move(aligned).value());
  }
  ConstantContext context(graph, node, std::move(values), packed, pool);
  return kernel.evaluate(context).ok() && context.Take(outputs);
}

bool FoldNode(graph::Graph& graph, const graph::Node& node,
              const OpRegistry& registry, const CompilerHooks& hooks,
              PackCache& packed, ThreadPool& pool) {
  std::vector<TensorPtr> inputs;
  for (const graph::ValueId id : node.inputs) {
    if (id == kNoValue) {
      inputs.push_back(nullptr);
      continue;
    }
    if (graph.value(id).constant == nullptr) return false;
    inputs.push_back(graph.value(id).constant);
  }
  Reject why;
  const OpKernel* kernel = registry.Find(NodeView(graph, node), &why);
  if (kernel == nullptr || kernel->nondeterministic) return false;
  std::vector<TensorPtr> outputs;
  if (!Evaluate(graph, node, *kernel, inputs, hooks, packed, pool, &outputs)) {
    return false;
  }
  for (size_t i = 0; i < node.outputs.size(); ++i) {
    if (outputs[i] == nullptr) continue;
    graph::Value& value = graph.value(node.outputs[i]);
    value.constant = outputs[i];
    value.type = value.constant->type;
    value.dims = value.constant->dims;
    value.symbols.clear();
    value.has_shape = true;
    value.kind = graph::Value::Kind::kTensor;
  }
  return true;
}

}  // namespace

void FoldConstants(graph::Graph& graph, const OpRegistry& registry,
                   const CompilerHooks& hooks, ThreadPool& pool) {
  std::vector<graph::Node> kept;
  kept.reserve(graph.nodes.size());
  PackCache packed;
  for (graph::Node& node : graph.nodes) {
    if (!FoldNode(graph, node, registry, hooks, packed, pool)) {
      kept.push_back(std::move(node));
    }
  }
  graph.nodes = std::move(kept);
}

}  // namespace onnxifi
