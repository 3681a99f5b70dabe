#include <array>
#include <utility>

#include "backends/common/ops/broadcast_shape.h"
#include "backends/cpu/kernels/elementwise_util.h"
#include "backends/cpu/kernels/power_row.h"

namespace onnxifi::cpu {
namespace {

using BaseTypes = TypeList<float, double, Float16, Bfloat16, int32_t, int64_t>;

struct State {
  BroadcastPlan plan;
  PowerRow row;
  int base_bytes = 0;
  int exponent_bytes = 0;
};

Reject Supports(const NodeView& n) {
  if (Reject r = RequireTypeIn<BaseTypes>(n, 0); !r.supported()) return r;
  return RequireTypeIn<NumericTypes>(n, 1);
}

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  const BroadcastArgs operands{
      .in = {args.in[0], args.in[1], nullptr},
      .in_bytes = {s.base_bytes, s.exponent_bytes, 0},
      .out = args.out[0],
      .out_bytes = s.base_bytes,
  };
  // A power costs about as much as sixteen additions.
  s.plan.Run(*args.pool, operands, kElementGrain / 16, &RunPowerRow, &s.row);
  return ONNXIFI_STATUS_SUCCESS;
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc base = ctx.in(0);
  Shape exponent = ctx.in(1).dims;
  if (ctx.opset() < 7) {
    ONNXIFI_ASSIGN_OR_RETURN(
        exponent, LegacyBroadcastShape(ctx.node(), base.dims, exponent));
  }
  const std::array<Shape, 2> shapes = {base.dims, exponent};
  ONNXIFI_ASSIGN_OR_RETURN(Shape dims, BroadcastShape(ctx.node(), shapes));
  State state;
  state.plan = BroadcastPlan(dims, shapes);
  state.row = {base.type, ctx.in(1).type};
  state.base_bytes = static_cast<int>(ElementBytes(base.type));
  state.exponent_bytes = static_cast<int>(ElementBytes(ctx.in(1).type));
  if (Product(dims) == Product(base.dims)) ctx.AllowInPlace(0, 0);
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {base.type, std::move(dims)}));
  ctx.SetStepState(&Run, std::move(state));
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(pow,
                   {.op = "Pow", .supports = &Supports, .prepare = &Prepare});

}  // namespace onnxifi::cpu
