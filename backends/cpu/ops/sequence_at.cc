#include "backends/common/control/value_util.h"

namespace onnxifi::cpu {
namespace {

Reject Supports(const NodeView& n) { return RequireSequence(n, 0); }

Status Evaluate(EvaluateContext& ctx) {
  ONNXIFI_ASSIGN_OR_RETURN(const std::vector<RunValue>* sequence,
                           SequenceIn(ctx, 0));
  ONNXIFI_ASSIGN_OR_RETURN(
      const size_t at, PositionIn(ctx, 1, sequence->size(), sequence->size()));
  ctx.SetOutput(0, (*sequence)[at]);
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(sequence_at, {.op = "SequenceAt",
                                 .supports = &Supports,
                                 .evaluate = &Evaluate});

}  // namespace onnxifi::cpu
