#include "backends/common/control/control.h"

#include <limits>
#include <utility>

#include "backends/common/control/scan_output.h"
#include "backends/common/control/tensor_list.h"
#include "backends/common/control/value_util.h"

namespace onnxifi::control {
namespace {

using graph::DataType;

constexpr size_t kCount = 0;      // input: the most iterations
constexpr size_t kCondition = 1;  // input, and of the body
constexpr size_t kCarried = 2;    // first of the carried values, likewise

}  // namespace

Reject SupportsLoop(const NodeView& n) {
  if (n.input_count() < kCarried ||
      n.output_count() + kCarried < n.input_count()) {
    return {RejectReason::kAttribute, "fewer outputs than carried values"};
  }
  return RequireBody(n, "body", n.input_count(), n.output_count() + 1);
}

namespace {

// One element in as many dimensions as the body's input has.
template <typename T>
Result<RunValue> OneElement(const graph::Value& input, DataType type, T value) {
  const size_t rank = input.has_shape ? input.dims.size() : 0;
  ONNXIFI_ASSIGN_OR_RETURN(graph::NewTensor made,
                           graph::MakeTensor(type, graph::Shape(rank, 1)));
  *static_cast<T*>(made.data) = value;
  return RunValue::Tensor(std::move(made.tensor));
}

struct Loop {
  const graph::Graph* body = nullptr;
  int64_t most = std::numeric_limits<int64_t>::max();
  bool go = true;
  bool condition = true;  // what the body gets
  bool may_stop = true;   // the body's condition counts
  std::vector<RunValue> carried;
  std::vector<ScanOutput> scans;
};

Result<Loop> Start(const EvaluateContext& ctx) {
  Loop loop;
  loop.body = FindBody(ctx, "body");
  if (ctx.HasInput(kCount)) {
    ONNXIFI_ASSIGN_OR_RETURN(loop.most, OneInt(ctx, kCount));
  }
  if (ctx.HasInput(kCondition)) {
    ONNXIFI_ASSIGN_OR_RETURN(loop.go,
                             OneBool(ctx, ctx.in(kCondition), "the condition"));
  }
  // A counted loop without a condition runs to its end. Without both it would
  // have none, so there the body's condition counts.
  loop.may_stop = ctx.HasInput(kCondition) || !ctx.HasInput(kCount);
  for (size_t i = kCarried; i < ctx.input_count(); ++i) {
    loop.carried.push_back(ctx.HasInput(i) ? ctx.in(i) : RunValue());
  }
  for (size_t o = loop.carried.size() + 1; o < loop.body->outputs.size(); ++o) {
    loop.scans.emplace_back(loop.body->value(loop.body->outputs[o]));
  }
  return loop;
}

Status RunIteration(EvaluateContext& ctx, int64_t i, Loop* loop) {
  const graph::Graph& body = *loop->body;
  std::vector<RunValue> inputs(kCarried);
  ONNXIFI_ASSIGN_OR_RETURN(
      inputs[kCount],
      OneElement(body.value(body.inputs[kCount]), DataType::kInt64, i));
  ONNXIFI_ASSIGN_OR_RETURN(
      inputs[kCondition],
      OneElement<uint8_t>(body.value(body.inputs[kCondition]), DataType::kBool,
                          loop->condition ? 1 : 0));
  for (RunValue& value : loop->carried) inputs.push_back(std::move(value));
  ONNXIFI_ASSIGN_OR_RETURN(std::vector<RunValue> results,
                           ctx.RunBody("body", std::move(inputs)));
  ONNXIFI_ASSIGN_OR_RETURN(
      loop->condition,
      OneBool(ctx, results[0], "the condition that the body gives"));
  if (loop->may_stop) loop->go = loop->condition;
  const size_t carried = loop->carried.size();
  for (size_t c = 0; c < carried; ++c) {
    loop->carried[c] = std::move(results[c + 1]);
  }
  for (size_t s = 0; s < loop->scans.size(); ++s) {
    if (!ctx.HasOutput(carried + s)) continue;
    ONNXIFI_RETURN_IF_ERROR(
        loop->scans[s].Add(ctx, std::move(results[carried + 1 + s])));
  }
  return Status::Ok();
}

}  // namespace

Status EvaluateLoop(EvaluateContext& ctx) {
  ONNXIFI_ASSIGN_OR_RETURN(Loop loop, Start(ctx));
  for (int64_t i = 0; loop.go && i < loop.most; ++i) {
    ONNXIFI_RETURN_IF_ERROR(RunIteration(ctx, i, &loop));
  }
  const size_t carried = loop.carried.size();
  for (size_t s = 0; s < loop.scans.size(); ++s) {
    if (!ctx.HasOutput(carried + s)) continue;
    ONNXIFI_ASSIGN_OR_RETURN(graph::TensorPtr joined,
                             loop.scans[s].Join(ctx, 0, false));
    ctx.SetOutput(carried + s, RunValue::Tensor(std::move(joined)));
  }
  for (size_t c = 0; c < carried; ++c) {
    ctx.SetOutput(c, std::move(loop.carried[c]));
  }
  return Status::Ok();
}

}  // namespace onnxifi::control
