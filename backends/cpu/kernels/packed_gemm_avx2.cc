#include "backends/cpu/kernels/packed_gemm_kernel.h"

#if defined(__AVX2__)
#include <immintrin.h>

namespace onnxifi::cpu {
namespace {
// In this order: each builds on the one before.
#include "backends/cpu/kernels/vec8.h"

#include "backends/cpu/kernels/vector_tile.h"

#include "backends/cpu/kernels/packed_gemm_loops.h"

}  // namespace

const GemmKernel kGemmAvx2 = {2 * Vec8::kLanes, &GemmRows<Vec8, 2>};

}  // namespace onnxifi::cpu
#else
namespace onnxifi::cpu {
const GemmKernel kGemmAvx2;
}  // namespace onnxifi::cpu
#endif
