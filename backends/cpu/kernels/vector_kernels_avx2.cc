#include "backends/cpu/kernels/vector_kernels.h"

namespace onnxifi::cpu {
namespace {

#include "backends/cpu/kernels/vector_loops.h"
#include "backends/cpu/kernels/vector_math.h"

}  // namespace

const VectorKernels kVectorAvx2 = MakeKernels<8, 6>();

}  // namespace onnxifi::cpu
