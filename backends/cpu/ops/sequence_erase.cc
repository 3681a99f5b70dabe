#include <utility>

#include "backends/common/control/value_util.h"

namespace onnxifi::cpu {
namespace {

Reject Supports(const NodeView& n) { return RequireSequence(n, 0); }

Status Evaluate(EvaluateContext& ctx) {
  ONNXIFI_ASSIGN_OR_RETURN(const std::vector<RunValue>* sequence,
                           SequenceIn(ctx, 0));
  ONNXIFI_ASSIGN_OR_RETURN(
      const size_t at, PositionIn(ctx, 1, sequence->size(), sequence->size()));
  std::vector<RunValue> left = *sequence;
  left.erase(left.begin() + static_cast<std::ptrdiff_t>(at));
  ctx.SetOutput(0, RunValue::Sequence(std::move(left)));
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(sequence_erase, {.op = "SequenceErase",
                                    .supports = &Supports,
                                    .evaluate = &Evaluate});

}  // namespace onnxifi::cpu
