#include "backends/common/control/value_util.h"

namespace onnxifi::cpu {
namespace {

Reject Supports(const NodeView& n) { return RequireSequence(n, 0); }

Status Evaluate(EvaluateContext& ctx) {
  ONNXIFI_ASSIGN_OR_RETURN(const std::vector<RunValue>* sequence,
                           SequenceIn(ctx, 0));
  ONNXIFI_ASSIGN_OR_RETURN(
      int64_t * out, ctx.MakeOutput<int64_t>(0, graph::DataType::kInt64, {}));
  *out = static_cast<int64_t>(sequence->size());
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(sequence_length, {.op = "SequenceLength",
                                     .supports = &Supports,
                                     .evaluate = &Evaluate});

}  // namespace onnxifi::cpu
