#include "backends/opencl/kernels/space_depth.h"

#include <utility>

#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/move.h"

namespace onnxifi::opencl {

Reject SupportsSpaceDepth(const NodeView& node) {
  if (!IsColumnRowDepth(node) && node.attrs().String("mode", "DCR") != "DCR") {
    return {RejectReason::kAttribute, "mode"};
  }
  return RequireMovable(node, {0});
}

bool IsColumnRowDepth(const NodeView& node) {
  return node.attrs().String("mode", "DCR") == "CRD";
}

Status PrepareViewTranspose(PrepareContext& ctx,
                            const std::array<int64_t, 6>& dims,
                            const std::array<size_t, 6>& perm,
                            graph::Shape out) {
  const graph::Shape strides = RowMajorStrides(dims);
  StridedView view;
  for (const size_t axis : perm) view.Add(dims[axis], strides[axis]);
  return PrepareView(ctx, std::move(out), view);
}

}  // namespace onnxifi::opencl
