#include "backends/opencl/kernels/cast_text.h"
#include "backends/opencl/kernels/pointwise.h"

namespace onnxifi::opencl {
namespace {

Reject Supports(const NodeView& node) {
  if (Reject r = RequireTypes(node, 0, kAnyType); !r.supported()) return r;
  return SupportsCastTo(node.input_type(1));
}

Result<std::string> Text(const ElementNode& node,
                         const std::vector<std::string>& v) {
  return CastText(node.type(0), node.type(1), v[0]);
}

// Of input 1 only the type matters.
constexpr ElementRule kRule = {
    .made = [](const ElementNode& node) { return node.type(1); },
    .text = &Text,
    .operands = 1};

}  // namespace

ONNXIFI_DEFINE_OPS(cast_like, ElementKernel<kRule>("CastLike", &Supports));

}  // namespace onnxifi::opencl
