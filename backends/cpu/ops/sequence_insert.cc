#include <utility>

#include "backends/common/control/value_util.h"

namespace onnxifi::cpu {
namespace {

Reject Supports(const NodeView& n) {
  if (Reject r = RequireSequence(n, 0); !r.supported()) return r;
  return RequireTensorLike(n, 1);
}

Status Evaluate(EvaluateContext& ctx) {
  ONNXIFI_ASSIGN_OR_RETURN(const std::vector<RunValue>* sequence,
                           SequenceIn(ctx, 0));
  ONNXIFI_ASSIGN_OR_RETURN(const graph::TensorData* tensor, ctx.Tensor(1));
  if (!sequence->empty() && sequence->front().is_tensor() &&
      sequence->front().tensor->type != tensor->type) {
    return ctx.Error(ONNXIFI_STATUS_MISMATCHING_DATATYPE,
                     "the tensor has another type than those in the sequence");
  }
  const size_t size = sequence->size();
  ONNXIFI_ASSIGN_OR_RETURN(const size_t at, PositionIn(ctx, 2, size, size + 1));
  const auto middle = sequence->begin() + static_cast<std::ptrdiff_t>(at);
  std::vector<RunValue> longer;
  longer.reserve(size + 1);
  longer.insert(longer.end(), sequence->begin(), middle);
  longer.push_back(ctx.in(1));
  longer.insert(longer.end(), middle, sequence->end());
  ctx.SetOutput(0, RunValue::Sequence(std::move(longer)));
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(sequence_insert, {.op = "SequenceInsert",
                                     .supports = &Supports,
                                     .evaluate = &Evaluate});

}  // namespace onnxifi::cpu
