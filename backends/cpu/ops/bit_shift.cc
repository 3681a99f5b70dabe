#include "backends/cpu/kernels/binary_op.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

Reject Supports(const NodeView& n) {
  const std::string_view direction = n.attrs().String("direction", "");
  if (direction != "LEFT" && direction != "RIGHT") {
    return {RejectReason::kAttribute, StrCat("direction = ", direction)};
  }
  return SupportsBinary(n, BinaryOp::kShiftLeft);
}

Status Prepare(PrepareContext& ctx) {
  const bool left = ctx.attrs().String("direction", "") == "LEFT";
  return PrepareBinary(ctx,
                       left ? BinaryOp::kShiftLeft : BinaryOp::kShiftRight);
}

}  // namespace

ONNXIFI_DEFINE_OPS(bit_shift, {.op = "BitShift",
                               .supports = &Supports,
                               .prepare = &Prepare,
                               .any_layout = true});

}  // namespace onnxifi::cpu
