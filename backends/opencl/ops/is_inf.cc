#include "backends/opencl/kernels/pointwise.h"

#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

Reject Supports(const NodeView& node) {
  return RequireTypes(node, 0, kFloatTypes);
}

Result<std::string> Text(const ElementNode& node,
                         const std::vector<std::string>& v) {
  const bool positive = node.attrs().Int("detect_positive", 1) != 0;
  const bool negative = node.attrs().Int("detect_negative", 1) != 0;
  const std::string sign = positive ? " > 0" : " < 0";
  if (!positive && !negative) return std::string("0");
  return positive && negative ? StrCat("isinf(", v[0], ")")
                              : StrCat("isinf(", v[0], ") && ", v[0], sign);
}

constexpr ElementRule kRule = {
    .made = [](const ElementNode&) { return graph::DataType::kBool; },
    .text = &Text};

}  // namespace

ONNXIFI_DEFINE_OPS(is_inf, ElementKernel<kRule>("IsInf", &Supports));

}  // namespace onnxifi::opencl
