#include "backends/opencl/kernels/pointwise.h"

#include "backends/opencl/kernel_text.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

Reject Supports(const NodeView& node) {
  const std::string_view form = node.attrs().String("approximate", "none");
  if (form != "none" && form != "tanh") {
    return {RejectReason::kAttribute, StrCat("approximate = ", form)};
  }
  return RequireTypes(node, 0, kFloatTypes);
}

std::string GeluText(graph::DataType type, bool is_tanh, const std::string& x) {
  const auto literal = [&](double value) {
    return type == graph::DataType::kDouble
               ? DoubleText(value)
               : FloatText(static_cast<float>(value));
  };
  constexpr double kHalfRoot = 0.70710678118654752440;  // 1 / sqrt(2)
  constexpr double kSlope = 0.79788456080286535588;     // sqrt(2 / pi)
  if (!is_tanh) {
    return StrCat(x, " * ", literal(0.5), " * (1 + erf(", x, " * ",
                  literal(kHalfRoot), "))");
  }
  return StrCat(x, " * ", literal(0.5), " * (1 + tanh(", literal(kSlope),
                " * (", x, " + ", literal(0.044715), " * ", x, " * ", x, " * ",
                x, ")))");
}

Status Prepare(PrepareContext& ctx) {
  const graph::DataType type = ctx.in(0).type;
  const bool is_tanh = ctx.attrs().String("approximate", "none") == "tanh";
  return PrepareElements(ctx, type, [&](const std::vector<std::string>& v) {
    return GeluText(type, is_tanh, v[0]);
  });
}

}  // namespace

ONNXIFI_DEFINE_OPS(gelu,
                   {.op = "Gelu", .supports = &Supports, .prepare = &Prepare});

}  // namespace onnxifi::opencl
