#include "backends/cpu/kernels/cast_op.h"
#include "backends/cpu/kernels/cast_text.h"

namespace onnxifi::cpu {
namespace {

Reject Supports(const NodeView& n) { return SupportsCast(n, n.input_type(1)); }

Status Prepare(PrepareContext& ctx) { return PrepareCast(ctx, ctx.in(1).type); }

Reject SupportsText(const NodeView& n) {
  return SupportsTextCast(n, n.input_type(1));
}

Status Evaluate(EvaluateContext& ctx) {
  ONNXIFI_ASSIGN_OR_RETURN(const graph::TensorData* like, ctx.Tensor(1));
  return EvaluateTextCast(ctx, like->type);
}

}  // namespace

ONNXIFI_DEFINE_OPS(
    cast_like, {.op = "CastLike", .supports = &Supports, .prepare = &Prepare},
    {.op = "CastLike", .supports = &SupportsText, .evaluate = &Evaluate});

}  // namespace onnxifi::cpu
