#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/element_loop.h"
#include "backends/opencl/kernels/pointwise.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

Reject Supports(const NodeView& node) {
  if (Reject r = RequireTypes(node, 0, kFloatTypes); !r.supported()) return r;
  return RequireKnown(node, 1);
}

// Position of index `c` along an axis, from -1 to 1.
std::string PositionText(const std::string& c, const char* type, int64_t size,
                         bool align_corners) {
  const std::string at = StrCat("(", type, ")", c);
  if (!align_corners) return StrCat("((2 * ", at, " + 1) / ", size, " - 1)");
  return size == 1 ? "-1" : StrCat("(2 * ", at, " / ", size - 1, " - 1)");
}

// Element `axes` of a point's coordinates, the innermost axis first.
std::string BodyText(const PrepareContext& ctx, const Shape& dims,
                     const char* wide) {
  const DataType type = ctx.in(0).type;
  const size_t axes = dims.size();
  const bool align_corners = ctx.attrs().Int("align_corners", 0) != 0;
  std::string text = StrCat(
      "    const long row = ((long)c0 * ", axes, " + c", axes + 1, ") * ",
      axes + 1, ";\n    ", wide,
      " sum = ", LoadText(type, "theta", StrCat("(row + ", axes, ")")), ";\n");
  for (size_t k = 0; k < axes; ++k) {
    const size_t a = axes - 1 - k;
    text += StrCat(
        "    sum += (", wide, ")",
        LoadText(type, "theta", StrCat("(row + ", k, ")")), " * ",
        PositionText(StrCat("c", a + 1), wide, dims[a], align_corners), ";\n");
  }
  return text + StoreText(type, "y", "i",
                          StrCat("(", KernelTypeOf(type).compute, ")sum"));
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc theta = ctx.in(0);
  ONNXIFI_ASSIGN_OR_RETURN(Shape dims, ctx.ConstantInts(1));
  if (dims.size() >= 2) dims.erase(dims.begin(), dims.begin() + 2);
  const int64_t axes = static_cast<int64_t>(dims.size());
  if (axes < 2 || axes > 3 || theta.dims.size() != 3 || theta.dims[1] != axes ||
      theta.dims[2] != axes + 1) {
    return ShapeError(ctx, StrCat("theta ", ShapeText(theta.dims),
                                  " does not fit size ", ShapeText(dims)));
  }
  Shape out = {theta.dims[0]};
  out.insert(out.end(), dims.begin(), dims.end());
  out.push_back(axes);
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {theta.type, out}));
  KernelText kernel;
  kernel.In("theta", theta.type, 0).Out("y", theta.type, 0);
  const char* const wide = FactsOf(ctx).has_double ? "double" : "float";
  SetLaunches(ctx, {MakeCoordinateLoop(FactsOf(ctx), kernel, out,
                                       BodyText(ctx, dims, wide))});
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(affine_grid, {.op = "AffineGrid",
                                 .supports = &Supports,
                                 .prepare = &Prepare});

}  // namespace onnxifi::opencl
