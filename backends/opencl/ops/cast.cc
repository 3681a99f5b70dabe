#include "backends/opencl/kernels/cast_text.h"
#include "backends/opencl/kernels/pointwise.h"

namespace onnxifi::opencl {
namespace {

graph::DataType TargetOf(const NodeView& node) {
  return static_cast<graph::DataType>(node.attrs().Int("to", 0));
}

Reject Supports(const NodeView& node) {
  if (Reject r = RequireTypes(node, 0, kAnyType); !r.supported()) return r;
  return SupportsCastTo(TargetOf(node));
}

Result<std::string> Text(const ElementNode& node,
                         const std::vector<std::string>& v) {
  return CastText(node.type(0), TargetOf(node), v[0]);
}

constexpr ElementRule kRule = {
    .made = [](const ElementNode& node) { return TargetOf(node); },
    .text = &Text};

}  // namespace

ONNXIFI_DEFINE_OPS(cast, ElementKernel<kRule>("Cast", &Supports));

}  // namespace onnxifi::opencl
