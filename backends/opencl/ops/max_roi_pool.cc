#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/element_loop.h"
#include "backends/opencl/kernels/pointwise.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

Reject Supports(const NodeView& node) {
  const auto pooled = node.attrs().Ints("pooled_shape");
  if (pooled.size() != 2 || pooled[0] < 1 || pooled[1] < 1) {
    return {RejectReason::kAttribute, "pooled_shape"};
  }
  for (const size_t i : {size_t{0}, size_t{1}}) {
    if (Reject r = RequireTypes(node, i, kFloatTypes); !r.supported()) return r;
  }
  return {};
}

// Lines that find the pixels of a cell along one side: NAME_begin and NAME_end.
// Regions further away than FAR lie outside of every tensor.
std::string SideText(const std::string& name, size_t from, const char* cell,
                     int64_t cells, int64_t size) {
  const auto pixel = [&](size_t k) {
    return StrCat("clamp(round(REGION(", k, ") * SCALE), -FAR, FAR)");
  };
  return StrCat("    const S ", name, "0 = ", pixel(from), ";\n    const S ",
                name, "_size = fmax(", pixel(from + 2), " - ", name,
                "0 + 1, (S)1) / ", cells, ";\n    const long ", name,
                "_begin = (long)clamp(floor((S)", cell, " * ", name,
                "_size) + ", name, "0, (S)0, (S)", size, ");\n    const long ",
                name, "_end = (long)clamp(ceil((S)(", cell, " + 1) * ", name,
                "_size) + ", name, "0, (S)0, (S)", size, ");\n");
}

std::string BodyText(const PrepareContext& ctx) {
  const TensorDesc& in = ctx.in(0);
  const Shape& x = in.dims;
  const Shape& out = ctx.out(0).dims;
  std::string bad = StrCat("!(REGION(0) >= 0 && REGION(0) < ", x[0], ")");
  for (int k = 1; k < 5; ++k) bad += StrCat(" || isnan(REGION(", k, "))");
  return StrCat(
      "    if (", bad, ") {\n      failure[0] = 1;\n      continue;\n    }\n",
      SideText("h", 1, "c3", out[3], x[3]),
      SideText("v", 2, "c2", out[2], x[2]),
      "    const long plane = ((long)REGION(0) * ", x[1], " + c1) * ",
      x[2] * x[3], ";\n    ", KernelTypeOf(in.type).compute,
      " best = 0;\n    int any = 0;\n    for (long v = v_begin; v < v_end; "
      "++v) "
      "{\n    for (long h = h_begin; h < h_end; ++h) {\n      const ",
      KernelTypeOf(in.type).compute,
      " e = ", LoadText(in.type, "x", StrCat("plane + v * ", x[3], " + h")),
      ";\n      if (!any || e > best) best = e;\n      any = 1;\n    }}\n    ",
      StoreText(in.type, "y", "i", "best"));
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc in = ctx.in(0);
  const Shape rois = ctx.in(1).dims;
  if (in.dims.size() != 4 || rois.size() != 2 || rois[1] != 5 ||
      ctx.in(1).type != in.type) {
    return ShapeError(ctx, StrCat("input ", ShapeText(in.dims), " and regions ",
                                  ShapeText(rois), " do not fit"));
  }
  const auto pooled = ctx.attrs().Ints("pooled_shape");
  const Shape dims = {rois[0], in.dims[1], pooled[0], pooled[1]};
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {in.type, dims}));
  const DeviceFacts& facts = FactsOf(ctx);
  KernelText kernel;
  kernel.In("x", in.type, 0).In("rois", in.type, 1).Out("y", in.type, 0);
  kernel.Failure()
      .Define("S", facts.has_double ? "double" : "float")
      .Define("FAR", facts.has_double ? "(S)1e12" : "(S)1e12f")
      .Define("SCALE",
              StrCat("(S)", FloatText(ctx.attrs().Float("spatial_scale", 1))))
      .Define("REGION(k)",
              StrCat("(S)", LoadText(in.type, "rois", "c0 * 5L + (k)")));
  SetLaunches(ctx, {MakeCoordinateLoop(facts, kernel, dims, BodyText(ctx))});
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(max_roi_pool, {.op = "MaxRoiPool",
                                  .supports = &Supports,
                                  .prepare = &Prepare});

}  // namespace onnxifi::opencl
