#include "backends/opencl/kernels/pointwise.h"

#include "backends/opencl/kernel_text.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

constexpr PointwiseRule kSum = {
    .op = "Mean", .text = "$0 + $1", .types = kFloatTypes, .operands = 0};

Reject Supports(const NodeView& node) { return SupportsPointwise(node, kSum); }

Result<std::string> Text(const ElementNode& node,
                         const std::vector<std::string>& v) {
  std::string sum = v[0];
  for (size_t i = 1; i < v.size(); ++i) sum += StrCat(" + ", v[i]);
  return StrCat("(", sum, ") / (", KernelTypeOf(node.type(0)).compute, ")",
                v.size());
}

constexpr ElementRule kRule = {.made = &SameType, .text = &Text};

}  // namespace

ONNXIFI_DEFINE_OPS(mean, ElementKernel<kRule>("Mean", &Supports));

}  // namespace onnxifi::opencl
