#include "backends/opencl/kernels/recurrent.h"

namespace onnxifi::opencl {
namespace {

Reject Supports(const NodeView& node) {
  return SupportsRecurrent(node, Cell::kLstm);
}

Status Prepare(PrepareContext& ctx) {
  return PrepareRecurrent(ctx, Cell::kLstm);
}

}  // namespace

ONNXIFI_DEFINE_OPS(lstm,
                   {.op = "LSTM", .supports = &Supports, .prepare = &Prepare});

}  // namespace onnxifi::opencl
