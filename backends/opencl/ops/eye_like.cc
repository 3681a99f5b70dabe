#include <algorithm>

#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/cast_text.h"
#include "backends/opencl/kernels/element_loop.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

DataType OutputType(const NodeView& node, DataType input) {
  const int64_t dtype = node.attrs().Int("dtype", 0);
  return dtype == 0 ? input : static_cast<DataType>(dtype);
}

Reject Supports(const NodeView& node) {
  if (Reject r = RequireTensors(node); !r.supported()) return r;
  return SupportsCastTo(OutputType(node, node.input_type(0)));
}

Status Prepare(PrepareContext& ctx) {
  const Shape dims = ctx.in(0).dims;
  if (dims.size() != 2) {
    return ShapeError(ctx,
                      StrCat("input ", ShapeText(dims), " is not a matrix"));
  }
  const DataType type = OutputType(ctx, ctx.in(0).type);
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {type, dims}));
  KernelText kernel;
  kernel.Out("y", type, 0);
  // Any diagonal outside the matrix is the same.
  const int64_t k = std::clamp(ctx.attrs().Int("k", 0), -dims[0], dims[1]);
  SetLaunches(
      ctx,
      {MakeCoordinateLoop(
          FactsOf(ctx), kernel, dims,
          StoreText(type, "y", "i", StrCat("(c1 - c0 == ", k, " ? 1 : 0)")))});
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(eye_like, {.op = "EyeLike",
                              .supports = &Supports,
                              .prepare = &Prepare});

}  // namespace onnxifi::opencl
