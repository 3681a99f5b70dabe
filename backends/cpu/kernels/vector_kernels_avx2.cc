#include "backends/cpu/kernels/vector_kernels.h"

namespace onnxifi::cpu {
namespace {

// In this order: the loops use the functions.
#include "backends/cpu/kernels/vector_math.h"

#include "backends/cpu/kernels/vector_loops.h"

}  // namespace

const VectorKernels kVectorAvx2 = MakeKernels<8, 6>();

}  // namespace onnxifi::cpu
