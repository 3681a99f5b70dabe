#include "backends/cpu/kernels/vector_kernels.h"

#include "backends/cpu/cpu_features.h"

namespace onnxifi::cpu {
namespace {

#include "backends/cpu/kernels/vector_math.h"
// The loops use the functions above.
#include "backends/cpu/kernels/vector_loops.h"

}  // namespace

const VectorKernels kVectorBaseline = MakeKernels<8, 2>();

const VectorKernels& Vectors() {
  switch (Features().isa) {
    case Isa::kAvx512:
      return kVectorAvx512;
    case Isa::kAvx2:
      return kVectorAvx2;
    default:
      return kVectorBaseline;
  }
}

}  // namespace onnxifi::cpu
