#include "backends/opencl/kernels/resize.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <memory>
#include <string>
#include <utility>

#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/axis_gather.h"
#include "backends/opencl/kernels/element_loop.h"
#include "backends/opencl/kernels/pointwise.h"
#include "base/checked.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

using Axes = std::vector<ResizeAxis>;

constexpr int64_t kMostBetween = int64_t{1} << 48;  // elements

// Types with more digits than float.
bool IsWide(DataType type) {
  return ElementBytes(type) >= 4 && type != DataType::kFloat;
}

Status PrepareNearest(PrepareContext& ctx, const ResizeNode& resize,
                      const Axes& axes) {
  AxisGather gather;
  gather.in = ctx.in(0).dims;
  gather.fill = MakeHostElement(ctx.in(0).type,
                                static_cast<double>(resize.extrapolation));
  for (const ResizeAxis& axis : axes) {
    std::vector<int64_t>& table = gather.tables.emplace_back();
    for (int64_t o = 0; o < axis.out; ++o) {
      table.push_back(axis.IsIdentity() ? o
                                        : NearestIndex(resize.rule, axis, o));
    }
  }
  return PrepareAxisGather(ctx, gather);
}

// The taps of an axis: for each entry of the output, input entries (the first
// one is -1 where the extrapolation value is taken) and their weights.
template <typename F>
Status AddTaps(const ResizeRule& rule, const ResizeAxis& axis,
               KernelText* kernel) {
  const int64_t taps = ResizeTaps(rule, axis);
  std::vector<int32_t> entries;
  std::vector<F> weights(static_cast<size_t>(axis.out * taps));
  for (int64_t o = 0; o < axis.out; ++o) {
    const double x = ResizeCoordinate(rule, axis, o);
    const int64_t first =
        ResizeWeights(rule, axis, x, weights.data() + o * taps);
    const bool outside = IsExtrapolated(rule, axis, x);
    for (int64_t tap = 0; tap < taps; ++tap) {
      const int64_t entry = std::clamp<int64_t>(first + tap, 0, axis.in - 1);
      entries.push_back(outside ? -1 : static_cast<int32_t>(entry));
    }
  }
  ONNXIFI_ASSIGN_OR_RETURN(std::shared_ptr<const PackedBytes> packed,
                           PackCopy(std::as_bytes(std::span(entries))));
  kernel->Packed("entry", "int", std::move(packed));
  ONNXIFI_ASSIGN_OR_RETURN(packed, PackCopy(std::as_bytes(std::span(weights))));
  kernel->Packed("weight", sizeof(F) == sizeof(double) ? "double" : "float",
                 std::move(packed));
  return Status::Ok();
}

// [outer, axis.in, inner] -> [outer, axis.out, inner] in type F. The first pass
// reads input 0, the last one writes output 0; the others use the scratch.
struct Pass {
  int64_t outer = 1;
  int64_t inner = 1;
  bool first = false;
  bool last = false;
  size_t from = 0;  // bytes in the scratch
  size_t to = 0;
};

template <typename F>
Result<Launch> MakePass(const PrepareContext& ctx, const ResizeNode& resize,
                        const ResizeAxis& axis, const Pass& pass) {
  const char* const compute = sizeof(F) == sizeof(double) ? "double" : "float";
  const DataType type = ctx.in(0).type;
  KernelText kernel;
  ONNXIFI_RETURN_IF_ERROR(AddTaps<F>(resize.rule, axis, &kernel));
  if (pass.first) {
    kernel.In("x", type, 0);
  } else {
    kernel.Scratch("x", compute, pass.from);
  }
  if (pass.last) {
    kernel.Out("y", type, 0);
  } else {
    kernel.Scratch("y", compute, pass.to);
  }
  const int64_t taps = ResizeTaps(resize.rule, axis);
  const std::string at =
      StrCat("(from + (long)entry[tap + n] * ", pass.inner, " + j)");
  const std::string head =
      StrCat("    const long from = (long)c0 * ", axis.in * pass.inner,
             ";\n    const long tap = (long)c1 * ", taps, ";\n");
  const std::string value =
      pass.first ? LoadText(type, "x", at) : StrCat("x[", at, "]");
  const std::string body = StrCat(
      "    ", compute, " sum = 0;\n    if (entry[tap] < 0) {\n      sum = ",
      FloatText(resize.extrapolation),
      ";\n    } else {\n      for (int n = 0; ", "n < ", taps,
      "; ++n) {\n        const ", compute,
      " w = weight[tap + n];\n        if (w != 0) sum += w * ", value,
      ";\n      }\n    }\n    ",
      pass.last ? StoreText(type, "y", "i",
                            StrCat("(", KernelTypeOf(type).compute, ")sum"))
                : "y[i] = sum;");
  return MakeRowLoop(FactsOf(ctx), std::move(kernel), {{pass.outer, axis.out}},
                     pass.inner, head, body);
}

// Elements of the largest tensor between two passes, or an error.
Result<int64_t> LargestBetween(const PrepareContext& ctx, const Axes& axes) {
  int64_t now = Product(ctx.in(0).dims);
  int64_t most = now;
  for (const ResizeAxis& axis : axes) {
    if (now == 0) return 0;
    if (!CheckedMul(now / axis.in, axis.out, &now) || now >= kMostBetween) {
      return ShapeError(ctx, "resizing axis by axis takes too much memory");
    }
    most = std::max(most, now);
  }
  return most;
}

template <typename F>
Status PrepareInterpolated(PrepareContext& ctx, const ResizeNode& resize,
                           const Axes& axes) {
  const TensorDesc in = ctx.in(0);
  ONNXIFI_ASSIGN_OR_RETURN(const int64_t most, LargestBetween(ctx, axes));
  const auto changes = [](const ResizeAxis& axis) {
    return !axis.IsIdentity();
  };
  const auto passes = std::count_if(axes.begin(), axes.end(), changes);
  if (passes == 0) return ctx.AliasOutput(0, 0, in.dims);
  Shape dims = in.dims;
  for (size_t a = 0; a < axes.size(); ++a) dims[a] = axes[a].out;
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {in.type, dims}));
  const size_t half = static_cast<size_t>(most) * sizeof(F);
  if (passes > 1) ctx.BookScratch(2 * half);
  std::vector<Launch> launches;
  int64_t outer = 1;
  for (size_t a = 0; a < axes.size() && Product(dims) > 0; ++a) {
    if (changes(axes[a])) {
      const size_t done = launches.size();
      Pass pass;
      pass.outer = outer;
      pass.inner = Product(std::span<const int64_t>(in.dims).subspan(a + 1));
      pass.first = done == 0;
      pass.last = static_cast<int64_t>(done) + 1 == passes;
      pass.from = done % 2 == 0 ? half : 0;
      pass.to = half - pass.from;
      ONNXIFI_ASSIGN_OR_RETURN(Launch launch,
                               MakePass<F>(ctx, resize, axes[a], pass));
      launches.push_back(std::move(launch));
    }
    outer *= axes[a].out;
  }
  SetLaunches(ctx, std::move(launches));
  return Status::Ok();
}

}  // namespace

Reject SupportsResize(const NodeView& node, const ResizeNode& resize) {
  Reject r = resize.rule.mode == ResizeMode::kNearest
                 ? RequireMovable(node, {0})
                 : RequireTypes(node, 0, kNumberTypes);
  if (!r.supported()) return r;
  return RequireGeometry(node, resize);
}

Status PrepareResize(PrepareContext& ctx, const ResizeNode& resize) {
  ONNXIFI_ASSIGN_OR_RETURN(const Axes axes,
                           FindResizeAxes(ctx, resize, &HostNumber));
  Shape dims;
  for (const ResizeAxis& axis : axes) {
    dims.push_back(axis.out);
    // Tables of taps have ints.
    if (axis.in > std::numeric_limits<int32_t>::max()) {
      return ShapeError(ctx, StrCat("an axis of ", axis.in, " elements"));
    }
  }
  // Before tables of that size are made.
  ONNXIFI_RETURN_IF_ERROR(graph::ByteSize(ctx.in(0).type, dims).status());
  if (resize.rule.mode == ResizeMode::kNearest) {
    return PrepareNearest(ctx, resize, axes);
  }
  return IsWide(ctx.in(0).type) && FactsOf(ctx).has_double
             ? PrepareInterpolated<double>(ctx, resize, axes)
             : PrepareInterpolated<float>(ctx, resize, axes);
}

}  // namespace onnxifi::opencl
