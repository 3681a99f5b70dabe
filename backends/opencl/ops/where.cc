#include <array>
#include <utility>

#include "backends/common/ops/broadcast_shape.h"
#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/element_loop.h"
#include "backends/opencl/kernels/move.h"

namespace onnxifi::opencl {
namespace {

Reject Supports(const NodeView& node) {
  if (Reject r = RequireType(node, 0, {DataType::kBool}); !r.supported()) {
    return r;
  }
  return RequireMovable(node, {1, 2});
}

Status Prepare(PrepareContext& ctx) {
  const std::array<Shape, 3> shapes = {ctx.in(0).dims, ctx.in(1).dims,
                                       ctx.in(2).dims};
  ONNXIFI_ASSIGN_OR_RETURN(const Shape dims,
                           BroadcastShape(ctx.node(), shapes));
  const DataType type = ctx.in(1).type;
  if (ctx.in(2).type != type) {
    return NodeError(ctx, ONNXIFI_STATUS_MISMATCHING_DATATYPE,
                     "the choices have different types");
  }
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {type, dims}));
  for (const size_t i : {size_t{1}, size_t{2}}) {
    if (shapes[i] == dims) ctx.AllowInPlace(0, i);
  }
  const char* const unit = UnitOf(type);
  KernelText kernel;
  kernel.In("c", DataType::kBool, 0).InAs("a", unit, 1).InAs("b", unit, 2);
  kernel.OutAs("y", unit, 0);
  const LoopOperand operands[] = {{"c", BroadcastStrides(shapes[0], dims), 0},
                                  {"a", BroadcastStrides(shapes[1], dims), 0},
                                  {"b", BroadcastStrides(shapes[2], dims), 0}};
  SetLaunches(ctx, {MakeElementLoop(FactsOf(ctx), kernel, dims, operands,
                                    "    if (c[c_i]) {\n      y[i] = a[a_i];\n"
                                    "    } else {\n      y[i] = b[b_i];\n"
                                    "    }")});
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(where,
                   {.op = "Where", .supports = &Supports, .prepare = &Prepare});

}  // namespace onnxifi::opencl
