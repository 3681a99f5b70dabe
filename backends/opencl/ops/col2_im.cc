#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/element_loop.h"
#include "backends/opencl/kernels/pointwise.h"
#include "base/checked.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

struct Geometry {
  Shape image;
  Shape block;
  Shape positions;  // of the block, along each axis
  Shape strides;
  Shape pads;  // begins, then ends
  Shape dilations;
  int64_t channels = 0;
};

Reject Supports(const NodeView& node) {
  if (Reject r = RequireTypes(node, 0, kAnyType); !r.supported()) return r;
  for (const size_t i : {size_t{1}, size_t{2}}) {
    if (Reject r = RequireType(node, i, {DataType::kInt64}); !r.supported()) {
      return r;
    }
    if (Reject r = RequireKnown(node, i); !r.supported()) return r;
  }
  return {};
}

// Finds the positions of the block along an axis; false when it does not fit.
bool PlaceAxis(size_t a, Geometry* g) {
  int64_t reach = 0;
  int64_t room = g->image[a];
  if (g->strides[a] < 1 || g->dilations[a] < 1 || g->pads[a] < 0 ||
      g->pads[a + g->image.size()] < 0 || g->block[a] < 1 || room < 0 ||
      !CheckedMul(g->block[a] - 1, g->dilations[a], &reach) ||
      !CheckedAdd(room, g->pads[a], &room) ||
      !CheckedAdd(room, g->pads[a + g->image.size()], &room) || room <= reach) {
    return false;
  }
  g->positions.push_back((room - reach - 1) / g->strides[a] + 1);
  return true;
}

// False when the sizes do not fit the input, [batch, columns, blocks].
bool Place(const Shape& in, Geometry* g) {
  const size_t axes = g->image.size();
  if (axes == 0 || axes + 2 > graph::kMaxRank || g->block.size() != axes ||
      g->strides.size() != axes || g->dilations.size() != axes ||
      g->pads.size() != 2 * axes) {
    return false;
  }
  int64_t total = 1;
  int64_t size = 1;
  for (size_t a = 0; a < axes; ++a) {
    if (!PlaceAxis(a, g) || !CheckedMul(total, g->positions[a], &total) ||
        !CheckedMul(size, g->block[a], &size)) {
      return false;
    }
  }
  g->channels = in[1] / size;
  return total == in[2] && size * g->channels == in[1];
}

Result<Geometry> FindGeometry(const PrepareContext& ctx) {
  const Shape& in = ctx.in(0).dims;
  Geometry g;
  ONNXIFI_ASSIGN_OR_RETURN(g.image, ctx.ConstantInts(1));
  ONNXIFI_ASSIGN_OR_RETURN(g.block, ctx.ConstantInts(2));
  const auto list = [&](const char* name, size_t count, int64_t otherwise) {
    const auto given = ctx.attrs().Ints(name);
    return given.empty() ? Shape(count, otherwise)
                         : Shape(given.begin(), given.end());
  };
  g.strides = list("strides", g.image.size(), 1);
  g.dilations = list("dilations", g.image.size(), 1);
  g.pads = list("pads", 2 * g.image.size(), 0);
  if (in.size() == 3 && Place(in, &g)) return g;
  return ShapeError(ctx, StrCat("input ", ShapeText(in),
                                " does not fit the image and block"));
}

// Adds what each entry of the block brings to a pixel: none or one column.
std::string BodyText(DataType type, const Geometry& g) {
  const size_t axes = g.image.size();
  const bool is_bool = type == DataType::kBool;
  const char* const compute = KernelTypeOf(type).compute;
  std::string text = StrCat("    ", compute, " sum = 0;\n");
  std::string entry = StrCat("((long)c0 * ", g.channels, " + c1)");
  std::string position = "0L";
  for (size_t a = 0; a < axes; ++a) {
    const std::string b = StrCat("b", a);
    const std::string p = StrCat("p", a);
    text += StrCat("    for (int ", b, " = 0; ", b, " < ", g.block[a], "; ++",
                   b, ") {\n    long ", p, " = (long)c", a + 2, " + ",
                   g.pads[a], " - ", b, " * ", g.dilations[a], ";\n    if (", p,
                   " < 0 || ", p, " % ", g.strides[a], " != 0) continue;\n    ",
                   p, " /= ", g.strides[a], ";\n    if (", p,
                   " >= ", g.positions[a], ") continue;\n");
    entry = StrCat("(", entry, " * ", g.block[a], " + ", b, ")");
    position = StrCat("(", position, " * ", g.positions[a], " + ", p, ")");
  }
  const std::string value = LoadText(
      type, "x",
      StrCat("(", entry, " * ", Product(g.positions), " + ", position, ")"));
  // Truth values add up to whether one of them holds.
  text += StrCat("    sum ", is_bool ? "|=" : "+=", " ", value, ";\n");
  for (size_t a = 0; a < axes; ++a) text += "    }\n";
  return text + StoreText(type, "y", "i", "sum");
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc in = ctx.in(0);
  ONNXIFI_ASSIGN_OR_RETURN(const Geometry g, FindGeometry(ctx));
  Shape out = {in.dims[0], g.channels};
  out.insert(out.end(), g.image.begin(), g.image.end());
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {in.type, out}));
  KernelText kernel;
  kernel.In("x", in.type, 0).Out("y", in.type, 0);
  SetLaunches(ctx, {MakeCoordinateLoop(FactsOf(ctx), kernel, out,
                                       BodyText(in.type, g))});
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(col2_im, {.op = "Col2Im",
                             .supports = &Supports,
                             .prepare = &Prepare});

}  // namespace onnxifi::opencl
