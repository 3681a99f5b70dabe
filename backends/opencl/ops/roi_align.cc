#include <algorithm>

#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/element_loop.h"
#include "backends/opencl/kernels/pointwise.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

// Samples along one side of a bin; more would only repeat pixels.
constexpr int64_t kMaxSamples = 4096;

Reject Supports(const NodeView& node) {
  const auto mode = node.attrs().String("mode", "avg");
  const auto coordinates =
      node.attrs().String("coordinate_transformation_mode", "half_pixel");
  if ((mode != "avg" && mode != "max") ||
      (coordinates != "half_pixel" && coordinates != "output_half_pixel")) {
    return {RejectReason::kAttribute, "mode"};
  }
  for (const size_t i : {size_t{0}, size_t{1}}) {
    if (Reject r = RequireTypes(node, i, kFloatTypes); !r.supported()) return r;
  }
  return RequireType(node, 2, {DataType::kInt64});
}

// Lines that find, for axis NAME of SIZE pixels, where the cell's samples lie:
// the first pixel of the region, the size of a cell, and how many samples.
std::string SideText(const std::string& name, size_t low, int64_t cells,
                     int64_t sampling, bool half_pixel) {
  const auto edge = [&](size_t k) {
    return StrCat("(ROI(c0 * 4L + ", k, ") * SCALE - SHIFT)");
  };
  std::string text =
      StrCat("    const S ", name, "0 = ", edge(low), ";\n    S ", name,
             "_size = ", edge(low + 2), " - ", name, "0;\n");
  if (!half_pixel) {
    text += StrCat("    ", name, "_size = ", name, "_size > 1 ? ", name,
                   "_size : 1;\n");
  }
  text += StrCat("    const S ", name, "_cell = ", name, "_size / ", cells,
                 ";\n    const long ", name, "_count = ");
  if (sampling > 0) {
    return StrCat(text, std::min(sampling, kMaxSamples), ";\n");
  }
  // Also for NaN.
  const std::string count = StrCat("ceil(", name, "_cell)");
  return StrCat(text, "!(", count, " > 0) ? 0 : ", count, " > ", kMaxSamples,
                " ? ", kMaxSamples, " : (long)", count, ";\n");
}

// Lines that find the pixels around NAME: NAME_low, NAME_high and the share of
// the second, or leave NAME_in 0.
std::string LocateText(const std::string& name, int64_t size) {
  return StrCat("      const int ", name, "_in = ", name, " >= -1 && ", name,
                " <= ", size, ";\n      const S ", name, "_at = ", name,
                " > 0 ? ", name, " : 0;\n      const long ", name,
                "_low = ", name, "_in ? min((long)", name, "_at, ", size - 1,
                "L) : 0;\n      const int ", name, "_last = ", name,
                "_low >= ", size - 1, ";\n      const long ", name,
                "_high = ", name, "_last ? ", name, "_low : ", name,
                "_low + 1;\n      const S ", name, "_share = ", name,
                "_last ? 0 : ", name, "_at - (S)", name, "_low;\n");
}

std::string PositionText(const std::string& name, const char* cell,
                         const char* sample) {
  return StrCat("const S ", name, " = ", name, "0 + (S)", cell, " * ", name,
                "_cell + ((S)", sample, " + (S)0.5f) * ", name, "_cell / (S)",
                name, "_count;\n");
}

// The weighted corners of a sample; the operator defines max over them.
constexpr char kSampleText[] = R"(
      S p0 = 0, p1 = 0, p2 = 0, p3 = 0;
      if (v_in && h_in) {
        p0 = (1 - v_share) * (1 - h_share) * PIXEL(v_low, h_low);
        p1 = (1 - v_share) * h_share * PIXEL(v_low, h_high);
        p2 = v_share * (1 - h_share) * PIXEL(v_high, h_low);
        p3 = v_share * h_share * PIXEL(v_high, h_high);
      }
      sum += p0 + p1 + p2 + p3;
      S top = p0;
      top = p1 > top ? p1 : top;
      top = p2 > top ? p2 : top;
      top = p3 > top ? p3 : top;
      most = first || top > most ? top : most;
      first = 0;
)";

std::string BodyText(const PrepareContext& ctx, bool half_pixel) {
  const graph::AttrReader attrs = ctx.attrs();
  const Shape& x = ctx.in(0).dims;
  const int64_t sampling = attrs.Int("sampling_ratio", 0);
  const bool max = attrs.String("mode", "avg") == "max";
  std::string text = StrCat(
      "    const long entry = batch[c0];\n    if (entry < 0 || entry >= ", x[0],
      ") {\n      failure[0] = 1;\n      continue;\n    }\n    const long "
      "plane "
      "= (entry * ",
      x[1], " + c1) * ", x[2] * x[3], ";\n");
  text += SideText("h", 0, ctx.out(0).dims[3], sampling, half_pixel);
  text += SideText("v", 1, ctx.out(0).dims[2], sampling, half_pixel);
  text += StrCat(
      "    S sum = 0, most = 0;\n    int first = 1;\n    for (long iy = 0; iy "
      "< "
      "v_count; ++iy) {\n      ",
      PositionText("v", "c2", "iy"), LocateText("v", x[2]),
      "    for (long ix = 0; ix < h_count; ++ix) {\n      ",
      PositionText("h", "c3", "ix"), LocateText("h", x[3]), kSampleText,
      "    }}\n");
  return text +
         StoreText(ctx.in(0).type, "y", "i",
                   max ? "most" : "(sum / (S)max(v_count * h_count, 1L))");
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc in = ctx.in(0);
  const Shape rois = ctx.in(1).dims;
  const graph::AttrReader attrs = ctx.attrs();
  const int64_t height = attrs.Int("output_height", 1);
  const int64_t width = attrs.Int("output_width", 1);
  if (in.dims.size() != 4 || rois.size() != 2 || rois[1] != 4 ||
      Product(ctx.in(2).dims) != rois[0] || height < 1 || width < 1 ||
      in.dims[2] < 1 || in.dims[3] < 1 || ctx.in(1).type != in.type) {
    return ShapeError(ctx, StrCat("rois ", ShapeText(rois),
                                  " do not fit input ", ShapeText(in.dims)));
  }
  const Shape dims = {rois[0], in.dims[1], height, width};
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {in.type, dims}));
  const bool half_pixel =
      ctx.opset() >= 16 && attrs.String("coordinate_transformation_mode",
                                        "half_pixel") == "half_pixel";
  KernelText kernel;
  kernel.In("x", in.type, 0).In("rois", in.type, 1);
  kernel.In("batch", DataType::kInt64, 2).Out("y", in.type, 0).Failure();
  kernel.Define("S", KernelTypeOf(in.type).compute)
      .Define("SCALE",
              StrCat("(S)", FloatText(attrs.Float("spatial_scale", 1))))
      .Define("SHIFT", half_pixel ? "(S)0.5f" : "(S)0")
      .Define("ROI(e)", LoadText(in.type, "rois", "(e)"))
      .Define("PIXEL(v, h)",
              LoadText(in.type, "x",
                       StrCat("plane + (v) * ", in.dims[3], " + (h)")));
  SetLaunches(ctx, {MakeCoordinateLoop(FactsOf(ctx), kernel, dims,
                                       BodyText(ctx, half_pixel))});
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(roi_align, {.op = "RoiAlign",
                               .supports = &Supports,
                               .prepare = &Prepare});

}  // namespace onnxifi::opencl
