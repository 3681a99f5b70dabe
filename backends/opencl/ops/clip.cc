#include <limits>

#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernel_text.h"
#include "backends/opencl/kernels/pointwise.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

Reject Supports(const NodeView& node) {
  for (size_t i = 0; i < 3; ++i) {
    if (Reject r = RequireTypes(node, i, kNumberTypes); !r.supported()) {
      return r;
    }
  }
  return {};
}

// `x`, or the bound where it is beyond. A NaN stays, also one as a bound.
std::string BoundText(DataType type, const std::string& x, const char* beyond,
                      const std::string& bound) {
  const bool has_nan = (TypeBit(type) & kFloatTypes) != 0;
  return StrCat("(", x, beyond, bound,
                has_nan ? StrCat(" || isnan(", bound, ")") : "", " ? ", bound,
                " : ", x, ")");
}

Status PrepareAttributes(PrepareContext& ctx) {
  // From version 6 on infinity is out of bounds, too.
  const float most = ctx.opset() < 6 ? std::numeric_limits<float>::infinity()
                                     : std::numeric_limits<float>::max();
  const std::string low = FloatText(ctx.attrs().Float("min", -most));
  const std::string high = FloatText(ctx.attrs().Float("max", most));
  const DataType type = ctx.in(0).type;
  return PrepareElements(ctx, type, [&](const std::vector<std::string>& v) {
    return BoundText(type, BoundText(type, v[0], " < ", low), " > ", high);
  });
}

Status Prepare(PrepareContext& ctx) {
  if (ctx.opset() < 11) return PrepareAttributes(ctx);
  for (const size_t i : {size_t{1}, size_t{2}}) {
    if (ctx.HasInput(i) && Product(ctx.in(i).dims) != 1) {
      return ShapeError(ctx, "min and max must be scalars");
    }
  }
  if (!ctx.HasInput(1) && !ctx.HasInput(2)) {
    return ctx.AliasOutput(0, 0, ctx.in(0).dims);
  }
  const DataType type = ctx.in(0).type;
  return PrepareElements(ctx, type, [&](const std::vector<std::string>& v) {
    std::string text = v[0];
    if (ctx.HasInput(1)) text = BoundText(type, text, " < ", v[1]);
    if (ctx.HasInput(2)) text = BoundText(type, text, " > ", v.back());
    return text;
  });
}

}  // namespace

ONNXIFI_DEFINE_OPS(clip,
                   {.op = "Clip", .supports = &Supports, .prepare = &Prepare});

}  // namespace onnxifi::opencl
