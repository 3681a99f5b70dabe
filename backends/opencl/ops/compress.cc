#include <algorithm>
#include <numeric>

#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/axis_gather.h"

namespace onnxifi::opencl {
namespace {

// Only a condition that is known tells the output's shape.
Reject Supports(const NodeView& node) {
  if (Reject r = RequireMovable(node, {0}); !r.supported()) return r;
  if (Reject r = RequireType(node, 1, {DataType::kBool}); !r.supported()) {
    return r;
  }
  return RequireKnown(node, 1);
}

Status Prepare(PrepareContext& ctx) {
  const graph::TensorData* const known = ctx.ConstantIn(1);
  if (known == nullptr) return UnknownInput(ctx, 1);
  AxisGather gather;
  gather.in = ctx.in(0).dims;
  size_t axis = 0;
  if (ctx.attrs().Has("axis")) {
    ONNXIFI_ASSIGN_OR_RETURN(
        axis, NormalizeAxis(ctx, ctx.attrs().Int("axis", 0), gather.in.size()));
  } else {
    gather.in = {Product(gather.in)};
  }
  for (const int64_t dim : gather.in) {
    std::vector<int64_t>& table = gather.tables.emplace_back(dim);
    std::iota(table.begin(), table.end(), 0);
  }
  // Entries beyond the condition are dropped.
  const auto* const condition = static_cast<const uint8_t*>(known->data);
  gather.tables[axis].clear();
  const int64_t most = std::min(Product(known->dims), gather.in[axis]);
  for (int64_t i = 0; i < most; ++i) {
    if (condition[i] != 0) gather.tables[axis].push_back(i);
  }
  return PrepareAxisGather(ctx, gather);
}

}  // namespace

ONNXIFI_DEFINE_OPS(compress, {.op = "Compress",
                              .supports = &Supports,
                              .prepare = &Prepare});

}  // namespace onnxifi::opencl
