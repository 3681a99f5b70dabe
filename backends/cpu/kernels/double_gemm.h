#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_DOUBLE_GEMM_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_DOUBLE_GEMM_H_

#include <cstdint>

#include "backends/cpu/kernels/gemm.h"
#include "base/thread_pool.h"

namespace onnxifi::cpu {

// C[m, n] = alpha A[m, k] B[k, n] + bias in double, B as it lies: what
// strided_gemm.h is for float, in plain loops, as float64 is rare in models.
// One of B's strides is 1; strides in elements. Thread-safe.
struct DoubleGemm {
  GemmShape shape;
  double alpha = 1;
  const double* a = nullptr;
  int64_t a_stride = 0;
  const double* b = nullptr;
  int64_t b_row_stride = 0;
  int64_t b_column_stride = 1;
  double* c = nullptr;
  int64_t c_stride = 0;
  const double* bias = nullptr;  // n elements, or null
};
void RunDoubleGemm(const DoubleGemm& gemm, ThreadPool* pool);

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_DOUBLE_GEMM_H_
