#include "backends/cpu/kernels/cast_op.h"

namespace onnxifi::cpu {
namespace {

Reject Supports(const NodeView& n) { return SupportsCast(n, n.input_type(1)); }

Status Prepare(PrepareContext& ctx) { return PrepareCast(ctx, ctx.in(1).type); }

}  // namespace

ONNXIFI_DEFINE_OPS(cast_like, {.op = "CastLike",
                               .supports = &Supports,
                               .prepare = &Prepare});

}  // namespace onnxifi::cpu
