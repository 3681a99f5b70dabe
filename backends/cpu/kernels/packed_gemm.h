#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_PACKED_GEMM_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_PACKED_GEMM_H_

#include <cstddef>
#include <cstdint>

#include "backends/cpu/kernels/unary_kernel.h"
#include "base/thread_pool.h"

namespace onnxifi::cpu {

// float32 matrix products with a packed right side, for AVX2, AVX-512 and
// plain C++. C[m, n] = A[m, k] B[k, n], then + bias[n], + residual[m, n],
// then a function of each element. B is packed into panels of a few columns
// (once for weights, per run for activations), A is read in place.

// Columns of a panel on this CPU.
int64_t GemmPanelColumns();

// Floats of a packed k x n matrix.
size_t PackedGemmFloats(int64_t k, int64_t n);

// B is row-major k x n with `stride` floats between rows; transposed: n x k.
// Any alignment of at least one byte. Packs columns [begin, end), both
// multiples of GemmPanelColumns() except end == n.
struct GemmSource {
  const void* data = nullptr;
  int64_t stride = 0;
  bool transposed = false;
};
void PackGemmColumns(const GemmSource& b, int64_t k, int64_t n, int64_t begin,
                     int64_t end, float* packed);
// All columns, on all threads.
void PackGemm(const GemmSource& b, int64_t k, int64_t n, float* packed,
              ThreadPool& pool);

struct GemmEpilogue {
  const float* bias = nullptr;      // n
  const float* residual = nullptr;  // m x n, rows as far apart as C's
  UnaryFn finish = nullptr;         // of each element, last
  UnaryParams finish_params;
};

struct GemmArgs {
  int64_t m = 0, n = 0, k = 0;
  const float* a = nullptr;
  int64_t a_stride = 0;
  const float* packed = nullptr;
  float* c = nullptr;
  int64_t c_stride = 0;
  GemmEpilogue epilogue;
};

// The whole product on the calling thread.
void GemmSerial(const GemmArgs& args);
// The product cut into blocks of rows and columns for the pool.
void Gemm(const GemmArgs& args, ThreadPool& pool);

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_PACKED_GEMM_H_
