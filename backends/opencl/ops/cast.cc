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

Status Prepare(PrepareContext& ctx) {
  const graph::DataType to = TargetOf(ctx);
  return PrepareElements(ctx, to, [&](const std::vector<std::string>& v) {
    return CastText(ctx.in(0).type, to, v[0]);
  });
}

}  // namespace

ONNXIFI_DEFINE_OPS(cast,
                   {.op = "Cast", .supports = &Supports, .prepare = &Prepare});

}  // namespace onnxifi::opencl
