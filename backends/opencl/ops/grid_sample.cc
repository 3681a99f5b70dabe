#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/element_loop.h"
#include "backends/opencl/kernels/move.h"
#include "backends/opencl/kernels/pointwise.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

enum class Mode : uint8_t { kNearest, kLinear, kCubic };
enum class Padding : uint8_t { kZeros, kBorder, kReflection };

constexpr int kMaxAxes = 3;

struct Rule {
  Mode mode = Mode::kLinear;
  Padding padding = Padding::kZeros;
  bool align_corners = false;
  const char* type = "float";  // what is computed in

  int taps() const {
    return mode == Mode::kNearest ? 1 : mode == Mode::kLinear ? 2 : 4;
  }
};

bool Parse(const NodeView& node, Rule* rule) {
  const auto mode = node.attrs().String("mode", "linear");
  if (mode == "nearest") {
    rule->mode = Mode::kNearest;
  } else if (mode == "cubic" || mode == "bicubic") {
    rule->mode = Mode::kCubic;
  } else if (mode != "linear" && mode != "bilinear") {
    return false;
  }
  const auto padding = node.attrs().String("padding_mode", "zeros");
  if (padding == "border") {
    rule->padding = Padding::kBorder;
  } else if (padding == "reflection") {
    rule->padding = Padding::kReflection;
  } else if (padding != "zeros") {
    return false;
  }
  rule->align_corners = node.attrs().Int("align_corners", 0) != 0;
  return true;
}

Reject Supports(const NodeView& node) {
  Rule rule;
  if (!Parse(node, &rule)) {
    return {RejectReason::kAttribute, "mode or padding_mode"};
  }
  if (Reject r = RequireTypes(node, 1, kFloatTypes); !r.supported()) return r;
  // The nearest element is moved, whatever it is.
  Reject r = rule.mode == Mode::kNearest ? RequireMovable(node, {0})
                                         : RequireTypes(node, 0, kFloatTypes);
  if (!r.supported()) return r;
  return RequireRankAtMost(node, 0, kMaxAxes + 2);
}

// Folds variable `x` at the borders until it lies between them.
std::string ReflectText(const Rule& rule, const std::string& x, int64_t size) {
  const std::string low = rule.align_corners ? "0" : "-0.5f";
  const int64_t range = rule.align_corners ? size - 1 : size;
  if (range <= 0) return StrCat(x, " = ", low, ";\n");
  return StrCat("{\n      ", rule.type, " d = fmod(fabs(", x, " - (", low,
                ")), (", rule.type, ")", 2 * range, ");\n      if (d > ", range,
                ") d = ", 2 * range, " - d;\n      ", x, " = ", low,
                " + d;\n    }\n");
}

// The position `x` along an axis, from a coordinate between -1 and 1.
std::string PositionText(const Rule& rule, int64_t size) {
  const std::string low = rule.align_corners ? "0" : "-0.5f";
  const std::string high = rule.align_corners ? std::to_string(size - 1)
                                              : StrCat(size - 1, " + 0.5f");
  // Not a number, or so far out that nothing there can be read.
  std::string text = StrCat(
      rule.align_corners ? StrCat("    x = (x + 1) / 2 * ", size - 1, ";\n")
                         : StrCat("    x = ((x + 1) * ", size, " - 1) / 2;\n"),
      "    if (!(fabs(x) < 1e9f)) x = x > 0 ? 1e9f : -1e9f;\n");
  if (rule.mode == Mode::kNearest) text += "    x = rint(x);\n";
  if (rule.padding == Padding::kZeros) return text;
  text += StrCat("    if (x < ", low, " || x > ", high, ") ");
  return text + (rule.padding == Padding::kReflection
                     ? ReflectText(rule, "x", size)
                     : StrCat("x = clamp(x, (", rule.type, ")0, (", rule.type,
                              ")", size - 1, ");\n"));
}

// Weights `w` of the taps around x; the cubic ones are Keys' with a = -3/4, as
// products, as its powers of x would cancel.
std::string WeightText(const Rule& rule, const std::string& w) {
  switch (rule.mode) {
    case Mode::kNearest:
      return StrCat("    ", w, "[0] = 1;\n");
    case Mode::kLinear:
      return StrCat("    ", w, "[0] = 1 - t;\n    ", w, "[1] = t;\n");
    case Mode::kCubic:
      return StrCat("    ", w, "[0] = -0.75f * t * u * u;\n    ", w,
                    "[1] = u * (1 + t - 1.25f * t * t);\n    ", w,
                    "[2] = t * (1 + u - 1.25f * u * u);\n    ", w,
                    "[3] = -0.75f * u * t * t;\n");
  }
  return "";
}

// Entries i<axis> (-1: reads zero) and weights w<axis> of the taps of an axis,
// which the grid's element `at` is about.
std::string AxisText(const Rule& rule, DataType grid, size_t axis, size_t at,
                     int64_t size) {
  const std::string n = std::to_string(axis);
  const int taps = rule.taps();
  std::string text =
      StrCat("    long i", n, "[", taps, "];\n    ", rule.type, " w", n, "[",
             taps, "];\n    {\n    ", rule.type,
             " x = ", LoadText(grid, "grid", StrCat("(point + ", at, ")")),
             ";\n", PositionText(rule, size), "    const ", rule.type,
             " t = x - floor(x), u = 1 - t;\n", WeightText(rule, "w" + n),
             "    for (int k = 0; k < ", taps, "; ++k) {\n",
             "      long e = (long)floor(x) + k", taps == 4 ? " - 1" : "",
             ";\n      if (e < 0 || e >= ", size, ") {\n");
  const std::string clamped = StrCat("clamp(e, 0L, ", size - 1, "L)");
  if (rule.padding == Padding::kZeros) text += "      e = -1;\n";
  if (rule.padding == Padding::kBorder) {
    text += StrCat("      e = ", clamped, ";\n");
  }
  if (rule.padding == Padding::kReflection) {
    text += StrCat("      ", rule.type, " f = e;\n      ",
                   ReflectText(rule, "f", size),
                   "      e = (long)f;\n      e = ", clamped, ";\n");
  }
  return StrCat(text, "      }\n      i", n, "[k] = e;\n    }\n",
                "    (void)t;\n    (void)u;\n    }\n");
}

// The element of an image that taps k0, k1, ... name, and whether there is one.
std::string PlaceText(std::span<const int64_t> image) {
  std::string place = "0L";
  std::string inside = "1";
  for (size_t a = 0; a < image.size(); ++a) {
    const std::string entry = StrCat("i", a, "[k", a, "]");
    place = StrCat("(", place, " * ", image[a], " + ", entry, ")");
    inside += StrCat(" && ", entry, " >= 0");
  }
  return StrCat("    if (!(", inside, ")) continue;\n",
                "    const long place = plane * ", Product(image), " + ", place,
                ";\n");
}

// Sums up the taps of one image.
std::string SampleText(const Rule& rule, DataType type,
                       std::span<const int64_t> image) {
  std::string text = StrCat("    ", rule.type, " sum = 0;\n");
  std::string weight;
  for (size_t a = 0; a < image.size(); ++a) {
    text += StrCat("    for (int k", a, " = 0; k", a, " < ", rule.taps(),
                   "; ++k", a, ") {\n");
    weight += StrCat("w", a, "[k", a, "] * ");
  }
  text += StrCat(PlaceText(image), "    sum += ", weight,
                 LoadText(type, "x", "place"), ";\n");
  for (size_t a = 0; a < image.size(); ++a) text += "    }\n";
  return text + StoreText(type, "y", "to",
                          StrCat("(", KernelTypeOf(type).compute, ")sum"));
}

// The nearest element as it is; zero bytes where there is none.
std::string MoveText(const char* unit, std::span<const int64_t> image) {
  std::string text = StrCat("    y[to] = (", unit, ")(0);\n");
  for (size_t a = 0; a < image.size(); ++a) {
    text += StrCat("    const int k", a, " = 0;\n");
  }
  return StrCat(text, PlaceText(image), "    y[to] = x[place];\n");
}

Status SetStep(PrepareContext& ctx, const Rule& rule, int64_t points) {
  const TensorDesc in = ctx.in(0);
  const DataType grid = ctx.in(1).type;
  const std::span<const int64_t> image =
      std::span<const int64_t>(in.dims).subspan(2);
  const size_t axes = image.size();
  const char* const unit = UnitOf(in.type);
  const bool moves = rule.mode == Mode::kNearest;
  KernelText kernel;
  kernel.InAs("x", moves ? unit : KernelTypeOf(in.type).storage, 0);
  kernel.In("grid", grid, 1);
  kernel.OutAs("y", moves ? unit : KernelTypeOf(in.type).storage, 0);
  std::string text = StrCat("    const long point = (long)i * ", axes, ";\n");
  // The grid names the innermost axis first.
  for (size_t a = 0; a < axes; ++a) {
    text += AxisText(rule, grid, a, axes - 1 - a, image[a]);
  }
  text +=
      StrCat("    for (long c = 0; c < ", in.dims[1],
             "; ++c) {\n    const long plane = (long)c0 * ", in.dims[1],
             " + c;\n    const long to = plane * ", points, " + c1;\n",
             moves ? MoveText(unit, image) : SampleText(rule, in.type, image),
             "\n    }");
  SetLaunches(ctx, {MakeCoordinateLoop(FactsOf(ctx), kernel,
                                       {{in.dims[0], points}}, text)});
  return Status::Ok();
}

Status Prepare(PrepareContext& ctx) {
  const Shape x = ctx.in(0).dims;
  const Shape grid = ctx.in(1).dims;
  const size_t rank = x.size();
  Rule rule;
  if (!Parse(ctx, &rule) || rank < 3 || rank > kMaxAxes + 2 ||
      grid.size() != rank || grid[0] != x[0] ||
      grid.back() != static_cast<int64_t>(rank) - 2) {
    return ShapeError(ctx, StrCat("grid ", ShapeText(grid),
                                  " does not fit input ", ShapeText(x)));
  }
  if (ctx.in(1).type == DataType::kDouble ||
      (ctx.in(0).type == DataType::kDouble && rule.mode != Mode::kNearest)) {
    rule.type = "double";
  }
  Shape dims = {x[0], x[1]};
  dims.insert(dims.end(), grid.begin() + 1, grid.end() - 1);
  const int64_t points = Product(std::span<const int64_t>(dims).subspan(2));
  if (Product(std::span<const int64_t>(x).subspan(2)) == 0 &&
      Product(dims) != 0) {
    return ShapeError(ctx, "the input has no elements to sample");
  }
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {ctx.in(0).type, std::move(dims)}));
  return SetStep(ctx, rule, points);
}

}  // namespace

ONNXIFI_DEFINE_OPS(grid_sample, {.op = "GridSample",
                                 .supports = &Supports,
                                 .prepare = &Prepare});

}  // namespace onnxifi::opencl
