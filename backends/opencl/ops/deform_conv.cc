// The input sampled at the moved points of the kernel, as columns in scratch
// memory, and the products of the weights with them.
#include <algorithm>
#include <utility>

#include "backends/common/ops/op_util.h"
#include "backends/common/ops/window.h"
#include "backends/opencl/kernels/element_loop.h"
#include "backends/opencl/kernels/matrix_product.h"
#include "backends/opencl/kernels/pointwise.h"
#include "backends/opencl/kernels/reduce.h"
#include "base/checked.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

enum Input : size_t { kX, kWeights, kOffset, kBias, kMask };

// Numbers that the columns of some images may take, if one image allows it.
constexpr int64_t kMostColumns = int64_t{1} << 25;

struct Node {
  Window window;
  DataType type = DataType::kFloat;
  int64_t batch = 0;
  int64_t channels = 0;
  int64_t out_channels = 0;
  int64_t groups = 1;
  int64_t offset_groups = 1;

  int64_t taps() const { return window.kernel_points(); }
  int64_t points() const { return window.out_points(); }
  // Rows of the columns of one group.
  int64_t depth() const { return channels / groups * taps(); }
};

Reject Supports(const NodeView& node) {
  for (const size_t i : {kX, kWeights, kOffset, kBias, kMask}) {
    if (Reject r = RequireTypes(node, i, kFloatTypes); !r.supported()) return r;
  }
  return SupportsWindow(node);
}

// The shapes of all inputs against each other.
bool ShapesFit(const PrepareContext& ctx, const Node& s) {
  if (s.groups < 1 || s.groups > std::max<int64_t>(s.channels, 1) ||
      s.offset_groups < 1 ||
      s.offset_groups > std::max<int64_t>(s.channels, 1)) {
    return false;
  }
  for (size_t i = 0; i < ctx.input_count(); ++i) {
    if (ctx.HasInput(i) && ctx.in(i).type != s.type) return false;
  }
  const auto wanted = [&](int64_t channels) {
    return WindowOutput(s.window, s.batch, channels);
  };
  const auto rank = static_cast<int64_t>(s.window.rank);
  const int64_t entries = s.offset_groups * s.taps();
  return ctx.in(kWeights).dims[1] * s.groups == s.channels &&
         s.out_channels % s.groups == 0 && s.channels % s.offset_groups == 0 &&
         ctx.in(kOffset).dims == wanted(entries * rank) &&
         (!ctx.HasInput(kMask) || ctx.in(kMask).dims == wanted(entries)) &&
         (!ctx.HasInput(kBias) || ctx.in(kBias).dims == Shape{s.out_channels});
}

Result<Node> ReadNode(const PrepareContext& ctx) {
  const Shape& x = ctx.in(kX).dims;
  const Shape& weights = ctx.in(kWeights).dims;
  if (weights.size() != x.size() || x.size() < 3) {
    return ShapeError(ctx, StrCat("input ", ShapeText(x), " and weights ",
                                  ShapeText(weights), " do not fit"));
  }
  Node s;
  ONNXIFI_ASSIGN_OR_RETURN(
      s.window,
      ReadWindow(ctx, x, std::span<const int64_t>(weights).subspan(2), false));
  s.type = ctx.in(kX).type;
  s.batch = x[0];
  s.channels = x[1];
  s.out_channels = weights[0];
  s.groups = ctx.attrs().Int("group", 1);
  s.offset_groups = ctx.attrs().Int("offset_group", 1);
  int64_t size = 0;
  if (ShapesFit(ctx, s) && CheckedMul(s.channels, s.taps(), &size) &&
      CheckedMul(size, s.points(), &size) && size < (int64_t{1} << 40)) {
    return s;
  }
  return ShapeError(
      ctx,
      StrCat("input ", ShapeText(x), ", weights ", ShapeText(weights),
             " and offset ", ShapeText(ctx.in(kOffset).dims), " do not fit"));
}

// Lines that find where a tap reads along each axis: the point below and the
// share of the one above; the turn of the loop ends outside of the image.
std::string PositionText(const Node& s) {
  const Window& w = s.window;
  std::string text =
      "    const long entry = ((c0 + FIRST) * OFFSET_GROUPS + c1) * TAPS + "
      "c2;\n"
      "    long tap_ = c2, point_ = c3;\n    int outside = 0;\n";
  for (size_t d = kMaxSpatial; d-- > 0;) {
    text += StrCat(
        "    S at", d, " = (S)(point_ % ", w.out[d], " * ", w.stride[d], " - ",
        w.pad_begin[d], " + tap_ % ", w.kernel[d], " * ", w.dilation[d],
        ");\n    point_ /= ", w.out[d], "; tap_ /= ", w.kernel[d], ";\n");
    if (d + w.rank >= kMaxSpatial) {
      const size_t axis = d + w.rank - kMaxSpatial;
      text += StrCat(
          "    at", d, " += ",
          LoadText(s.type, "offset",
                   StrCat("(entry * ", w.rank, " + ", axis, ") * POINTS + c3")),
          ";\n");
    }
    // Also for NaN.
    text += StrCat("    outside |= !(at", d, " > -1 && at", d, " < ", w.in[d],
                   ");\n    const S floor", d, " = outside ? 0 : floor(at", d,
                   ");\n    const long low", d, " = (long)floor", d,
                   ";\n    const S above", d, " = at", d, " - floor", d, ";\n");
  }
  return text;
}

// The corners of the cell around the position, each channel by itself.
std::string SampleText(const Node& s, bool mask) {
  const Window& w = s.window;
  std::string text = StrCat(
      "    const S factor = ",
      mask ? LoadText(s.type, "mask", "entry * POINTS + c3") : "1",
      ";\n    for (long c = c1 * SHARE; c < (c1 + 1) * SHARE; ++c) {\n"
      "      S sum = 0;\n      for (int k = 0; k < 8 && !outside; ++k) {\n"
      "        S share = factor;\n        long place = (c0 + FIRST) * CHANNELS "
      "+ "
      "c;\n        int inside = 1;\n");
  for (size_t d = 0; d < kMaxSpatial; ++d) {
    const std::string up = StrCat("(k >> ", d, " & 1)");
    text += StrCat("        const long i", d, " = low", d, " + ", up,
                   ";\n        inside &= i", d, " >= 0 && i", d, " < ", w.in[d],
                   ";\n        share *= ", up, " ? above", d, " : 1 - above", d,
                   ";\n        place = place * ", w.in[d], " + i", d, ";\n");
  }
  return StrCat(text, "        if (inside && share != 0) sum += share * ",
                LoadText(s.type, "x", "place"),
                ";\n      }\n      columns[((c0 * CHANNELS + c) * TAPS + c2) * "
                "POINTS + c3] = sum;\n    }");
}

Launch ColumnsLaunch(const PrepareContext& ctx, const Node& s, int64_t first,
                     int64_t images) {
  const bool mask = ctx.HasInput(kMask);
  const char* const type = KernelTypeOf(ComputeType(s.type)).compute;
  KernelText kernel;
  kernel.In("x", s.type, kX).In("offset", s.type, kOffset);
  if (mask) kernel.In("mask", s.type, kMask);
  kernel.Scratch("columns", type, 0)
      .Define("S", type)
      .Define("FIRST", StrCat(first, "L"))
      .Define("OFFSET_GROUPS", s.offset_groups)
      .Define("TAPS", s.taps())
      .Define("POINTS", s.points())
      .Define("CHANNELS", s.channels)
      .Define("SHARE", s.channels / s.offset_groups);
  return MakeCoordinateLoop(FactsOf(ctx), std::move(kernel),
                            {{images, s.offset_groups, s.taps(), s.points()}},
                            PositionText(s) + SampleText(s, mask));
}

MatrixProduct ProductOf(const PrepareContext& ctx, const Node& s, int64_t first,
                        int64_t images) {
  const DataType type = s.type;
  MatrixProduct p;
  p.batch = {images, s.groups};
  p.m = s.out_channels / s.groups;
  p.n = s.points();
  p.k = s.depth();
  p.sum = ComputeType(type);
  p.a.matrices = s.groups;
  p.a.strides = {0, 1};
  p.a.direct = type == DataType::kFloat;
  p.a.element = LoadText(type, "weights",
                         StrCat("((z) * ", p.m, "L + (i)) * ", p.k, "L + (j)"));
  p.a.bind = [type](KernelText* kernel) {
    kernel->In("weights", type, kWeights);
  };
  p.b.matrices = images * s.groups;
  p.b.strides = {s.groups, 1};
  p.b.element = StrCat("columns[((z) * ", p.k, "L + (i)) * ", p.n, "L + (j)]");
  p.b.bind = [sum = KernelTypeOf(p.sum).compute](KernelText* kernel) {
    kernel->Scratch("columns", sum, 0);
  };
  const bool bias = ctx.HasInput(kBias);
  p.tail = StoreText(
      type, "out",
      StrCat("((z + ", first * s.groups, "L) * ", p.m, " + row) * ", p.n,
             "L + column"),
      bias ? StrCat("(s + ",
                    LoadText(type, "bias", StrCat("za * ", p.m, " + row")), ")")
           : std::string("s"));
  p.bind_tail = [type, bias](KernelText* kernel) {
    if (bias) kernel->In("bias", type, kBias);
    kernel->Out("out", type, 0);
  };
  return p;
}

Status Prepare(PrepareContext& ctx) {
  ONNXIFI_ASSIGN_OR_RETURN(const Node s, ReadNode(ctx));
  const Shape out = WindowOutput(s.window, s.batch, s.out_channels);
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {s.type, out}));
  std::vector<Launch> launches;
  const int64_t each = s.channels * s.taps() * s.points();
  const int64_t most =
      std::max<int64_t>(kMostColumns / std::max<int64_t>(each, 1), 1);
  for (int64_t first = 0; Product(out) > 0 && first < s.batch; first += most) {
    const int64_t images = std::min(most, s.batch - first);
    const size_t columns = static_cast<size_t>(images * each + 15) / 16 * 16 *
                           (s.type == DataType::kDouble ? 8 : 4);
    const MatrixProduct p = ProductOf(ctx, s, first, images);
    ctx.BookScratch(columns + ProductScratch(FactsOf(ctx), p));
    launches.push_back(ColumnsLaunch(ctx, s, first, images));
    AddProduct(FactsOf(ctx), p, columns, &launches);
  }
  SetLaunches(ctx, std::move(launches));
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(deform_conv, {.op = "DeformConv",
                                 .supports = &Supports,
                                 .prepare = &Prepare});

}  // namespace onnxifi::opencl
