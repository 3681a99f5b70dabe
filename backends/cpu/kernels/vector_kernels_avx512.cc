#include "backends/cpu/kernels/vector_kernels.h"

namespace onnxifi::cpu {
namespace {

#include "backends/cpu/kernels/vector_loops.h"
#include "backends/cpu/kernels/vector_math.h"

}  // namespace

const VectorKernels kVectorAvx512 = MakeKernels<16, 14>();

}  // namespace onnxifi::cpu
