// The table of loops for vectors of L floats and register tiles of kR rows
// times two vectors. Included like the parts, after vector_math.h.

#include "backends/cpu/kernels/vector_gemm.h"
#include "backends/cpu/kernels/vector_pool.h"
#include "backends/cpu/kernels/vector_rows.h"

template <int L, int kR>
constexpr VectorKernels MakeKernels() {
  return {2 * L,
          kR,
          &Gemm<L, kR>,
          &Activate<L>,
          &Softmax<L>,
          &LayerNorm<L>,
          &Moments<L>,
          &ScaleRow<L>,
          &CentreRow<L>,
          &ScaleBlock,
          &MaxPool,
          &AveragePool,
          &PointConv<L, kR>,
          &LrnBlocked,
          &LrnPlain<L>};
}
