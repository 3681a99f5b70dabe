#include "backends/cpu/kernels/recurrent_node.h"

namespace onnxifi::cpu {
namespace {

Reject Supports(const NodeView& n) { return SupportsRecurrent(n, Cell::kLstm); }

Status Prepare(PrepareContext& ctx) {
  return PrepareRecurrent(ctx, Cell::kLstm);
}

}  // namespace

ONNXIFI_DEFINE_OPS(lstm,
                   {.op = "LSTM", .supports = &Supports, .prepare = &Prepare});

}  // namespace onnxifi::cpu
