#include "backends/opencl/kernels/pointwise.h"

#include "backends/opencl/kernel_text.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

Reject Supports(const NodeView& node) {
  return RequireTypes(node, 0, kNumberTypes);
}

// Integers are computed in float, as the attributes may have fractions.
Result<std::string> Text(const ElementNode& node,
                         const std::vector<std::string>& v) {
  const char* const wide =
      node.type(0) == graph::DataType::kDouble ? "double" : "float";
  const std::string lambd = FloatText(node.attrs().Float("lambd", 0.5F));
  const std::string bias = FloatText(node.attrs().Float("bias", 0.0F));
  const std::string x = StrCat("(", wide, ")", v[0]);
  return StrCat(x, " < -", lambd, " ? ", x, " + ", bias, " : ", x, " > ", lambd,
                " ? ", x, " - ", bias, " : 0");
}

constexpr ElementRule kRule = {.made = &SameType, .text = &Text};

}  // namespace

ONNXIFI_DEFINE_OPS(shrink, ElementKernel<kRule>("Shrink", &Supports));

}  // namespace onnxifi::opencl
