#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_SPACE_DEPTH_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_SPACE_DEPTH_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "backends/common/op_kernel.h"

namespace onnxifi::cpu {

// Views the input as `dims`, permutes it by `perm` and sets the result as
// output 0 of shape `out`: DepthToSpace and SpaceToDepth in one step.
Status PrepareViewTranspose(PrepareContext& ctx,
                            const std::array<int64_t, 6>& dims,
                            const std::array<size_t, 6>& perm,
                            graph::Shape out);

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_SPACE_DEPTH_H_
