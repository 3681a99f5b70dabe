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

Result<std::string> Text(const ElementNode& node,
                         const std::vector<std::string>& v) {
  const bool is_tanh = node.attrs().String("approximate", "none") == "tanh";
  return GeluText(node.type(0), is_tanh, v[0]);
}

constexpr ElementRule kRule = {.made = &SameType, .text = &Text};

}  // namespace

ONNXIFI_DEFINE_OPS(gelu, ElementKernel<kRule>("Gelu", &Supports));

}  // namespace onnxifi::opencl
