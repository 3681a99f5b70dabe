#ifndef ONNXIFI_BACKENDS_OPENCL_KERNELS_GEMM_TILES_H_
#define ONNXIFI_BACKENDS_OPENCL_KERNELS_GEMM_TILES_H_

#include "backends/opencl/kernels/epilogue.h"
#include "backends/opencl/kernels/gemm_node.h"

namespace onnxifi::opencl {

// The step of a product of float32 on a CPU: tiles of registers over packed
// columns of b. k is not 0.
Status PlanGemmTiles(PrepareContext& ctx, const GemmNode& node,
                     const Epilogue& epilogue);

}  // namespace onnxifi::opencl

#endif  // ONNXIFI_BACKENDS_OPENCL_KERNELS_GEMM_TILES_H_
