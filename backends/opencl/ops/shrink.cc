#include "backends/opencl/kernels/pointwise.h"

#include "backends/opencl/kernel_text.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

Reject Supports(const NodeView& node) {
  return RequireTypes(node, 0, kNumberTypes);
}

// Integers are computed in float, as the attributes may have fractions.
Status Prepare(PrepareContext& ctx) {
  const graph::DataType type = ctx.in(0).type;
  const char* const wide =
      type == graph::DataType::kDouble ? "double" : "float";
  const std::string lambd = FloatText(ctx.attrs().Float("lambd", 0.5F));
  const std::string bias = FloatText(ctx.attrs().Float("bias", 0.0F));
  return PrepareElements(ctx, type, [&](const std::vector<std::string>& v) {
    const std::string x = StrCat("(", wide, ")", v[0]);
    return StrCat(x, " < -", lambd, " ? ", x, " + ", bias, " : ", x, " > ",
                  lambd, " ? ", x, " - ", bias, " : 0");
  });
}

}  // namespace

ONNXIFI_DEFINE_OPS(shrink, {.op = "Shrink",
                            .supports = &Supports,
                            .prepare = &Prepare});

}  // namespace onnxifi::opencl
