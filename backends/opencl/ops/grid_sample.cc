#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/element_loop.h"
#include "backends/opencl/kernels/grid_axis.h"
#include "backends/opencl/kernels/move.h"
#include "backends/opencl/kernels/pointwise.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

constexpr int kMaxAxes = 3;

Reject Supports(const NodeView& node) {
  GridRule rule;
  if (!ParseGridRule(node, &rule)) {
    return {RejectReason::kAttribute, "mode or padding_mode"};
  }
  if (Reject r = RequireTypes(node, 1, kFloatTypes); !r.supported()) return r;
  // The nearest element is moved, whatever it is.
  Reject r = rule.mode == GridMode::kNearest
                 ? RequireMovable(node, {0})
                 : RequireTypes(node, 0, kFloatTypes);
  if (!r.supported()) return r;
  return RequireRankAtMost(node, 0, kMaxAxes + 2);
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
std::string SampleText(const GridRule& rule, DataType type,
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

Status SetStep(PrepareContext& ctx, const GridRule& rule, int64_t points) {
  const TensorDesc in = ctx.in(0);
  const DataType grid = ctx.in(1).type;
  const std::span<const int64_t> image =
      std::span<const int64_t>(in.dims).subspan(2);
  const size_t axes = image.size();
  const char* const unit = UnitOf(in.type);
  const bool moves = rule.mode == GridMode::kNearest;
  KernelText kernel;
  kernel.InAs("x", moves ? unit : KernelTypeOf(in.type).storage, 0);
  kernel.In("grid", grid, 1);
  kernel.OutAs("y", moves ? unit : KernelTypeOf(in.type).storage, 0);
  std::string text = StrCat("    const long point = (long)i * ", axes, ";\n");
  // The grid names the innermost axis first.
  for (size_t a = 0; a < axes; ++a) {
    text += GridAxisText(rule, grid, a, axes - 1 - a, image[a]);
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
  GridRule rule;
  if (!ParseGridRule(ctx, &rule) || rank < 3 || rank > kMaxAxes + 2 ||
      grid.size() != rank || grid[0] != x[0] ||
      grid.back() != static_cast<int64_t>(rank) - 2) {
    return ShapeError(ctx, StrCat("grid ", ShapeText(grid),
                                  " does not fit input ", ShapeText(x)));
  }
  if (ctx.in(1).type == DataType::kDouble ||
      (ctx.in(0).type == DataType::kDouble &&
       rule.mode != GridMode::kNearest)) {
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
