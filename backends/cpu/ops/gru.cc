#include "backends/cpu/kernels/recurrent_node.h"

namespace onnxifi::cpu {
namespace {

Reject Supports(const NodeView& n) { return SupportsRecurrent(n, Cell::kGru); }

Status Prepare(PrepareContext& ctx) {
  return PrepareRecurrent(ctx, Cell::kGru);
}

}  // namespace

ONNXIFI_DEFINE_OPS(gru,
                   {.op = "GRU", .supports = &Supports, .prepare = &Prepare});

}  // namespace onnxifi::cpu
