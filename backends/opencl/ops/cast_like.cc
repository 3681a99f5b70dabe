#include "backends/opencl/kernels/cast_text.h"
#include "backends/opencl/kernels/pointwise.h"

namespace onnxifi::opencl {
namespace {

Reject Supports(const NodeView& node) {
  if (Reject r = RequireTypes(node, 0, kAnyType); !r.supported()) return r;
  return SupportsCastTo(node.input_type(1));
}

// Of input 1 only the type matters.
Status Prepare(PrepareContext& ctx) {
  const graph::DataType to = ctx.in(1).type;
  return PrepareElements(
      ctx, to,
      [&](const std::vector<std::string>& v) {
        return CastText(ctx.in(0).type, to, v[0]);
      },
      1);
}

}  // namespace

ONNXIFI_DEFINE_OPS(cast_like, {.op = "CastLike",
                               .supports = &Supports,
                               .prepare = &Prepare});

}  // namespace onnxifi::opencl
