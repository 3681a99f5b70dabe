#include "backends/opencl/kernels/recurrent.h"

namespace onnxifi::opencl {
namespace {

Reject Supports(const NodeView& node) {
  return SupportsRecurrent(node, Cell::kRnn);
}

Status Prepare(PrepareContext& ctx) {
  return PrepareRecurrent(ctx, Cell::kRnn);
}

}  // namespace

ONNXIFI_DEFINE_OPS(rnn,
                   {.op = "RNN", .supports = &Supports, .prepare = &Prepare});

}  // namespace onnxifi::opencl
