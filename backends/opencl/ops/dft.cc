#include <algorithm>
#include <utility>

#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/fourier.h"
#include "backends/opencl/kernels/pointwise.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

// Since this version the axis is an input.
constexpr int kAxisInputOpset = 20;

Reject Supports(const NodeView& node) {
  if (Reject r = RequireTypes(node, 0, kFloatTypes); !r.supported()) return r;
  for (const size_t i : {size_t{1}, size_t{2}}) {
    if (Reject r = RequireType(node, i, {DataType::kInt32, DataType::kInt64});
        !r.supported()) {
      return r;
    }
    if (Reject r = RequireKnown(node, i); !r.supported()) return r;
  }
  return {};
}

struct Transform {
  Shape in;
  Shape out;
  size_t axis = 0;
  int64_t length = 0;  // 0: the default of the axis
  bool inverse = false;
  bool onesided = false;
};

Result<int64_t> AxisOf(const PrepareContext& ctx) {
  if (ctx.opset() < kAxisInputOpset) return ctx.attrs().Int("axis", 1);
  if (!ctx.HasInput(2)) return int64_t{-2};
  ONNXIFI_ASSIGN_OR_RETURN(const IntList axis, KnownInts(ctx, 2));
  return axis.count == 1 ? axis.values[0] : int64_t{0};
}

Result<Transform> ReadTransform(const PrepareContext& ctx) {
  Transform t;
  t.in = ctx.in(0).dims;
  t.inverse = ctx.attrs().Int("inverse", 0) != 0;
  t.onesided = ctx.attrs().Int("onesided", 0) != 0;
  if (t.in.size() < 2 || t.in.back() < 1 || t.in.back() > 2) {
    return ShapeError(ctx, StrCat("input ", ShapeText(t.in),
                                  " does not end with 1 or 2 parts"));
  }
  ONNXIFI_ASSIGN_OR_RETURN(const int64_t given, AxisOf(ctx));
  ONNXIFI_ASSIGN_OR_RETURN(t.axis, NormalizeAxis(ctx, given, t.in.size()));
  if (ctx.HasInput(1)) {
    ONNXIFI_ASSIGN_OR_RETURN(const IntList length, KnownInts(ctx, 1));
    t.length = length.count == 1 ? length.values[0] : -1;
  }
  if (t.length == 0) {
    const int64_t size = t.in[t.axis];
    t.length = t.inverse && t.onesided ? 2 * (size - 1) : size;
  }
  if (t.axis + 1 >= t.in.size() || t.length < 1) {
    return ShapeError(ctx, "the axis or length does not fit the input");
  }
  t.out = t.in;
  t.out[t.axis] = t.onesided && !t.inverse ? t.length / 2 + 1 : t.length;
  t.out.back() = t.inverse && t.onesided ? 1 : 2;
  return t;
}

// Number `at` of a line of a tensor; lines count dimensions in front of the axis
// and behind it, without the parts.
std::string PlaceText(const Shape& dims, size_t axis, const char* at) {
  const std::span<const int64_t> all(dims);
  const int64_t inner =
      Product(all.subspan(axis + 1).first(dims.size() - axis - 2));
  return StrCat("((line / ", inner, " * ", dims[axis], " + ", at, ") * ", inner,
                " + line % ", inner, ") * ", dims.back());
}

// Past the given numbers there are zeros; of a one-sided inverse the missing
// half is the conjugate of the given one.
std::string LoadText(const Transform& t, DataType type) {
  const int64_t given = std::min(t.in[t.axis], t.length);
  const bool mirrors = t.inverse && t.onesided;
  std::string text =
      mirrors ? StrCat("    const int other = at >= ", t.length / 2 + 1,
                       ";\n    const long source = other ? ", t.length,
                       " - at : at;\n")
              : std::string("    const long source = at;\n");
  text += StrCat(
      "    if (source < ", given,
      ") {\n      const long place = ", PlaceText(t.in, t.axis, "source"),
      ";\n      v.x = ", opencl::LoadText(type, "x", "place"), ";\n");
  if (t.in.back() == 2) {
    text +=
        StrCat("      v.y = ", opencl::LoadText(type, "x", "place + 1"), ";\n");
  }
  if (mirrors) text += "      if (other) v.y = -v.y;\n";
  return text + "    }\n";
}

Status Prepare(PrepareContext& ctx) {
  ONNXIFI_ASSIGN_OR_RETURN(const Transform t, ReadTransform(ctx));
  const DataType type = ctx.in(0).type;
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {type, t.out}));
  Fourier f;
  f.lines = Product(t.out) / t.out[t.axis] / t.out.back();
  f.length = t.length;
  f.inverse = t.inverse;
  f.made = t.out[t.axis];
  f.load = LoadText(t, type);
  f.bind_load = [type](KernelText* kernel) { kernel->In("x", type, 0); };
  f.store =
      StrCat("    const long place = ", PlaceText(t.out, t.axis, "at"), ";\n");
  const char* const parts[] = {"v.x", "v.y"};
  const char* const compute = KernelTypeOf(type).compute;
  for (size_t p = 0; p < static_cast<size_t>(t.out.back()); ++p) {
    f.store +=
        StrCat("    ",
               StoreText(type, "y", StrCat("place + ", p),
                         StrCat("(", compute, ")(", parts[p],
                                t.inverse ? StrCat(" / ", t.length) : "", ")")),
               "\n");
  }
  f.bind_store = [type](KernelText* kernel) { kernel->Out("y", type, 0); };
  return PlanFourier(ctx, f);
}

}  // namespace

ONNXIFI_DEFINE_OPS(dft,
                   {.op = "DFT", .supports = &Supports, .prepare = &Prepare});

}  // namespace onnxifi::opencl
