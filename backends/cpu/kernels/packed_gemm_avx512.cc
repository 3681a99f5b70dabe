#include "backends/cpu/kernels/packed_gemm_kernel.h"

#if defined(__AVX512F__)
#include <immintrin.h>

namespace onnxifi::cpu {
namespace {
// In this order: each builds on the one before.
#include "backends/cpu/kernels/vec16.h"

#include "backends/cpu/kernels/vector_tile.h"

#include "backends/cpu/kernels/packed_gemm_loops.h"

}  // namespace

const GemmKernel kGemmAvx512 = {2 * Vec16::kLanes, &GemmRows<Vec16, 2>};

}  // namespace onnxifi::cpu
#else
namespace onnxifi::cpu {
const GemmKernel kGemmAvx512;
}  // namespace onnxifi::cpu
#endif
