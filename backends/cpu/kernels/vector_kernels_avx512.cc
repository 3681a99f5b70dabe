#include "backends/cpu/kernels/vector_kernels.h"

namespace onnxifi::cpu {
namespace {

// In this order: the loops use the functions.
#include "backends/cpu/kernels/vector_math.h"

#include "backends/cpu/kernels/vector_loops.h"

}  // namespace

const VectorKernels kVectorAvx512 = MakeKernels<16, 14>();

}  // namespace onnxifi::cpu
