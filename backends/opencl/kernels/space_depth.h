#ifndef ONNXIFI_BACKENDS_OPENCL_KERNELS_SPACE_DEPTH_H_
#define ONNXIFI_BACKENDS_OPENCL_KERNELS_SPACE_DEPTH_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "backends/common/op_kernel.h"

namespace onnxifi::opencl {

// SpaceToDepth and DepthToSpace.
Reject SupportsSpaceDepth(const NodeView& node);
// The attribute 'mode'.
bool IsColumnRowDepth(const NodeView& node);

// Output 0, of shape `out`, is input 0 seen as `dims` with its axes permuted.
Status PrepareViewTranspose(PrepareContext& ctx,
                            const std::array<int64_t, 6>& dims,
                            const std::array<size_t, 6>& perm,
                            graph::Shape out);

}  // namespace onnxifi::opencl

#endif  // ONNXIFI_BACKENDS_OPENCL_KERNELS_SPACE_DEPTH_H_
