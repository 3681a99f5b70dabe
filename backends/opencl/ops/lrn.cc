#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/element_loop.h"
#include "backends/opencl/kernels/reduce.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

Reject Supports(const NodeView& node) {
  const int64_t size = node.attrs().Int("size", 0);
  if (size < 1) return {RejectReason::kAttribute, StrCat("size ", size)};
  return RequireTypes(node, 0, kFloatTypes);
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc in = ctx.in(0);
  if (in.dims.size() < 2) {
    return ShapeError(ctx, "the input has no channels");
  }
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {in.type, in.dims}));
  const Shape shape = {in.dims[0], in.dims[1],
                       Product(std::span<const int64_t>(in.dims).subspan(2))};
  if (Product(shape) == 0) {
    SetLaunches(ctx, {});
    return Status::Ok();
  }
  const graph::AttrReader attrs = ctx.attrs();
  const int64_t size = attrs.Int("size", 1);
  const int64_t before = (size - 1) / 2;
  const DataType compute = ComputeType(in.type);
  KernelText kernel;
  kernel.In("x", in.type, 0)
      .Out("y", in.type, 0)
      .Define("S", KernelTypeOf(compute).compute)
      .Define("POINTS", shape[2])
      .Define("FIRST", StrCat("max(0L, (long)c1 - ", before, ")"))
      .Define("LAST", StrCat("min(", shape[1] - 1, "L, (long)c1 + ",
                             size - 1 - before, ")"))
      .Define("SCALE",
              FloatText(attrs.Float("alpha", 1e-4F) / static_cast<float>(size)))
      .Define("BETA", FloatText(attrs.Float("beta", 0.75F)))
      .Define("BIAS", FloatText(attrs.Float("bias", 1.0F)));
  const std::string element =
      LoadText(in.type, "x", "((long)c0 * CHANNELS + j) * POINTS + c2");
  kernel.Define("CHANNELS", shape[1]);
  const std::string body = StrCat(
      "S sum = 0;\nfor (long j = FIRST; j <= LAST; ++j) {\nconst S v = ",
      element,
      ";\nsum += v * v;\n}\nconst S base = (S)BIAS + (S)(SCALE) * sum;\n",
      StoreText(in.type, "y", "i",
                StrCat(LoadText(in.type, "x", "i"), " * pow(base, -(S)BETA)")),
      "\n");
  SetLaunches(ctx, {MakeCoordinateLoop(FactsOf(ctx), kernel, shape, body)});
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(lrn,
                   {.op = "LRN", .supports = &Supports, .prepare = &Prepare});

}  // namespace onnxifi::opencl
