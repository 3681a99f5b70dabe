#include <cmath>

#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernel_text.h"
#include "backends/opencl/kernels/pointwise.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

Reject Supports(const NodeView& node) {
  return RequireType(node, 0,
                     {DataType::kFloat, DataType::kDouble, DataType::kInt32,
                      DataType::kInt64});
}

// What integers have to exceed so that they exceed `x`: floats hold not all of
// them.
std::string IntegerText(float x) {
  constexpr float kEdge = 9223372036854775808.0F;
  if (std::isnan(x) || x >= kEdge) return "LONG_MAX";
  if (x <= -kEdge) return "LONG_MIN";
  return StrCat("(", static_cast<int64_t>(std::floor(x)), "L)");
}

Result<std::string> Text(const ElementNode& node,
                         const std::vector<std::string>& v) {
  const DataType type = node.type(0);
  const float given = node.attrs().Float("threshold", 0);
  const std::string threshold =
      type == DataType::kInt32 || type == DataType::kInt64 ? IntegerText(given)
                                                           : FloatText(given);
  return StrCat("(", v[0], " > ", threshold, " ? 1 : 0)");
}

constexpr ElementRule kRule = {.made = &SameType, .text = &Text};

constexpr OpKernel Kernel() {
  OpKernel kernel = ElementKernel<kRule>("Binarizer", &Supports);
  kernel.domain = "ai.onnx.ml";
  return kernel;
}

}  // namespace

ONNXIFI_DEFINE_OPS(binarizer, Kernel());

}  // namespace onnxifi::opencl
