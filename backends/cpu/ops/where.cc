#include <array>
#include <utility>

#include "backends/common/ops/broadcast_shape.h"
#include "backends/cpu/kernels/elementwise_util.h"
#include "backends/cpu/kernels/select_row.h"

namespace onnxifi::cpu {
namespace {

struct State {
  BroadcastPlan plan;
  RowFn row = nullptr;
  int bytes = 0;
};

Reject Supports(const NodeView& n) {
  if (Reject r = RequireType(n, 0, {DataType::kBool}); !r.supported()) return r;
  return RequireMovable(n, {1, 2});
}

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  const BroadcastArgs operands{
      .in = {args.in[0], args.in[1], args.in[2]},
      .in_bytes = {1, s.bytes, s.bytes},
      .out = args.out[0],
      .out_bytes = s.bytes,
  };
  s.plan.Run(*args.pool, operands, kElementGrain, s.row, nullptr);
  return ONNXIFI_STATUS_SUCCESS;
}

Status Prepare(PrepareContext& ctx) {
  const std::array<Shape, 3> shapes = {ctx.in(0).dims, ctx.in(1).dims,
                                       ctx.in(2).dims};
  ONNXIFI_ASSIGN_OR_RETURN(Shape dims, BroadcastShape(ctx.node(), shapes));
  const DataType type = ctx.in(1).type;
  if (ctx.in(2).type != type) {
    return NodeError(ctx, ONNXIFI_STATUS_MISMATCHING_DATATYPE,
                     "the choices have different types");
  }
  State state;
  state.plan = BroadcastPlan(dims, shapes);
  state.bytes = static_cast<int>(ElementBytes(type));
  state.row = FindSelectRow(state.bytes);
  const int64_t count = Product(dims);
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {type, std::move(dims)}));
  for (const size_t i : {size_t{1}, size_t{2}}) {
    if (Product(shapes[i]) == count) ctx.AllowInPlace(0, i);
  }
  ctx.SetStepState(&Run, std::move(state));
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(where,
                   {.op = "Where", .supports = &Supports, .prepare = &Prepare});

}  // namespace onnxifi::cpu
