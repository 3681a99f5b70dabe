#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/element_loop.h"
#include "backends/opencl/kernels/index_shape.h"
#include "backends/opencl/kernels/move.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

Reject Supports(const NodeView& node) {
  if (Reject r = RequireMovable(node, {0}); !r.supported()) return r;
  return RequireType(node, 1, {DataType::kInt32, DataType::kInt64});
}

Status Prepare(PrepareContext& ctx) {
  const DataType type = ctx.in(0).type;
  ONNXIFI_ASSIGN_OR_RETURN(const ElementShape shape, FindElements(ctx));
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {type, shape.dims}));
  KernelText kernel;
  kernel.InAs("x", UnitOf(type), 0).In("index", ctx.in(1).type, 1);
  kernel.OutAs("y", UnitOf(type), 0).Failure();
  const LoopOperand operands[] = {{"x", shape.strides, 0}};
  const std::string body =
      StrCat(IndexText("k", "index[i]", shape.limit), "    y[i] = x[x_i + k * ",
             shape.axis_stride, "];");
  SetLaunches(
      ctx, {MakeElementLoop(FactsOf(ctx), kernel, shape.dims, operands, body)});
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(gather_elements, {.op = "GatherElements",
                                     .supports = &Supports,
                                     .prepare = &Prepare});

}  // namespace onnxifi::opencl
