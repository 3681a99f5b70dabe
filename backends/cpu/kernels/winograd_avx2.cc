#include "backends/cpu/kernels/winograd_plan.h"

#if defined(__AVX2__)
#include <immintrin.h>

namespace onnxifi::cpu {
namespace {
// In this order: each builds on the one before.
#include "backends/cpu/kernels/vec8.h"

#include "backends/cpu/kernels/vector_tile.h"

#include "backends/cpu/kernels/winograd_loops.h"

}  // namespace

const WinogradKernels kWinogradAvx2 = {&Input<Vec8>, &MultiplyPosition<Vec8>,
                                       &Output<Vec8>};

}  // namespace onnxifi::cpu
#else
namespace onnxifi::cpu {
const WinogradKernels kWinogradAvx2 = {nullptr, nullptr, nullptr};
}  // namespace onnxifi::cpu
#endif
