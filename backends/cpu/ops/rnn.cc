#include "backends/cpu/kernels/recurrent_node.h"

namespace onnxifi::cpu {
namespace {

Reject Supports(const NodeView& n) { return SupportsRecurrent(n, Cell::kRnn); }

Status Prepare(PrepareContext& ctx) {
  return PrepareRecurrent(ctx, Cell::kRnn);
}

}  // namespace

ONNXIFI_DEFINE_OPS(rnn,
                   {.op = "RNN", .supports = &Supports, .prepare = &Prepare});

}  // namespace onnxifi::cpu
