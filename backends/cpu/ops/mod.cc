#include "backends/cpu/kernels/binary_op.h"

namespace onnxifi::cpu {
namespace {

BinaryOp Kind(const NodeView& n) {
  return n.attrs().Int("fmod", 0) != 0 ? BinaryOp::kModTrunc
                                       : BinaryOp::kModFloor;
}

Reject Supports(const NodeView& n) { return SupportsBinary(n, Kind(n)); }

Status Prepare(PrepareContext& ctx) { return PrepareBinary(ctx, Kind(ctx)); }

}  // namespace

ONNXIFI_DEFINE_OPS(mod, {.op = "Mod",
                         .supports = &Supports,
                         .prepare = &Prepare,
                         .any_layout = true});

}  // namespace onnxifi::cpu
