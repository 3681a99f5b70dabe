#include "backends/opencl/kernels/recurrent.h"

namespace onnxifi::opencl {
namespace {

Reject Supports(const NodeView& node) {
  return SupportsRecurrent(node, Cell::kGru);
}

Status Prepare(PrepareContext& ctx) {
  return PrepareRecurrent(ctx, Cell::kGru);
}

}  // namespace

ONNXIFI_DEFINE_OPS(gru,
                   {.op = "GRU", .supports = &Supports, .prepare = &Prepare});

}  // namespace onnxifi::opencl
