#include "backends/cpu/kernels/winograd_plan.h"

#if defined(__AVX512F__)
#include <immintrin.h>

namespace onnxifi::cpu {
namespace {
// In this order: each builds on the one before.
#include "backends/cpu/kernels/vec16.h"

#include "backends/cpu/kernels/vector_tile.h"

#include "backends/cpu/kernels/winograd_loops.h"

}  // namespace

const WinogradKernels kWinogradAvx512 = {
    &Input<Vec16>, &MultiplyPosition<Vec16>, &Output<Vec16>};

}  // namespace onnxifi::cpu
#else
namespace onnxifi::cpu {
const WinogradKernels kWinogradAvx512 = {nullptr, nullptr, nullptr};
}  // namespace onnxifi::cpu
#endif
