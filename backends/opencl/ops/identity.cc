#include "backends/common/ops/op_util.h"

namespace onnxifi::opencl {
namespace {

Reject Supports(const NodeView& node) { return RequireAllMovable(node); }

Status Prepare(PrepareContext& ctx) {
  return ctx.AliasOutput(0, 0, ctx.in(0).dims);
}

}  // namespace

ONNXIFI_DEFINE_OPS(identity, {.op = "Identity",
                              .supports = &Supports,
                              .prepare = &Prepare});

}  // namespace onnxifi::opencl
