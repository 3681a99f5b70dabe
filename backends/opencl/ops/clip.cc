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

std::string AttributesText(const ElementNode& node, const std::string& x) {
  // From version 6 on infinity is out of bounds, too.
  const float most = node.opset() < 6 ? std::numeric_limits<float>::infinity()
                                      : std::numeric_limits<float>::max();
  const std::string low = FloatText(node.attrs().Float("min", -most));
  const std::string high = FloatText(node.attrs().Float("max", most));
  const DataType type = node.type(0);
  return BoundText(type, BoundText(type, x, " < ", low), " > ", high);
}

Result<std::string> Text(const ElementNode& node,
                         const std::vector<std::string>& v) {
  if (node.opset() < 11) return AttributesText(node, v[0]);
  std::string text = v[0];
  for (const size_t i : {size_t{1}, size_t{2}}) {
    if (!node.HasInput(i)) continue;
    if (Product(node.dims(i)) != 1) {
      return ShapeError(node, "min and max must be scalars");
    }
    text = BoundText(node.type(0), text, i == 1 ? " < " : " > ", v[i]);
  }
  return text;
}

constexpr ElementRule kRule = {.made = &SameType, .text = &Text};

}  // namespace

ONNXIFI_DEFINE_OPS(clip, ElementKernel<kRule>("Clip", &Supports));

}  // namespace onnxifi::opencl
