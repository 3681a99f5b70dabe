#include "backends/cpu/kernels/binary_op.h"
#include "backends/cpu/kernels/elementwise_util.h"

namespace onnxifi::cpu {
namespace {

Reject Supports(const NodeView& n) {
  return SupportsBinary(n, BinaryOp::kPRelu);
}

Status Prepare(PrepareContext& ctx) {
  Shape slope = ctx.in(1).dims;
  // Before version 7 a slope of several numbers is one per channel.
  if (ctx.opset() < 7 && slope.size() == 1 && slope[0] != 1 &&
      ctx.in(0).dims.size() > 2) {
    slope.resize(ctx.in(0).dims.size() - 1, 1);
  }
  return PrepareBinary(ctx, BinaryOp::kPRelu, slope);
}

}  // namespace

ONNXIFI_DEFINE_OPS(p_relu, {.op = "PRelu",
                            .supports = &Supports,
                            .prepare = &Prepare,
                            .any_layout = true});

}  // namespace onnxifi::cpu
