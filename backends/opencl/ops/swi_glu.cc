#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernel_text.h"
#include "backends/opencl/kernels/pointwise.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

Reject Supports(const NodeView& node) {
  if (Reject r = RequireTypes(node, 0, kFloatTypes); !r.supported()) return r;
  return RequireTypes(node, 1, kFloatTypes);
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc in = ctx.in(0);
  if (ctx.in(1).dims != in.dims || ctx.in(1).type != in.type) {
    return ShapeError(ctx, "A and B must have the same type and shape");
  }
  const std::string alpha = StrCat("(", KernelTypeOf(in.type).compute, ")",
                                   FloatText(ctx.attrs().Float("alpha", 1)));
  return PrepareElements(ctx, in.type, [&](const std::vector<std::string>& v) {
    return StrCat(v[0], " / (1 + exp(-", alpha, " * ", v[0], ")) * ", v[1]);
  });
}

}  // namespace

ONNXIFI_DEFINE_OPS(swi_glu, {.op = "SwiGLU",
                             .supports = &Supports,
                             .prepare = &Prepare});

}  // namespace onnxifi::opencl
