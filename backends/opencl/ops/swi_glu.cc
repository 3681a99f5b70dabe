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

Result<std::string> Text(const ElementNode& node,
                         const std::vector<std::string>& v) {
  if (node.dims(0) != node.dims(1) || node.type(0) != node.type(1)) {
    return Status(ONNXIFI_STATUS_MISMATCHING_SHAPE,
                  "A and B must have the same type and shape");
  }
  const std::string alpha = StrCat("(", KernelTypeOf(node.type(0)).compute, ")",
                                   FloatText(node.attrs().Float("alpha", 1)));
  return StrCat("(", v[0], " / (1 + exp(-", alpha, " * ", v[0], ")) * ", v[1],
                ")");
}

constexpr ElementRule kRule = {.made = &SameType, .text = &Text};

}  // namespace

ONNXIFI_DEFINE_OPS(swi_glu, ElementKernel<kRule>("SwiGLU", &Supports));

}  // namespace onnxifi::opencl
