#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_STRIDED_GEMM_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_STRIDED_GEMM_H_

#include <cstdint>

#include "backends/cpu/kernels/gemm.h"
#include "base/thread_pool.h"

namespace onnxifi::cpu {

// One product C[m, n] = A[m, k] B[k, n] + bias whose A and C are parts of
// larger matrices; gemm.h takes dense ones. B is packed by PackMatrix.
struct StridedGemm {
  GemmShape shape;
  const float* a = nullptr;
  int64_t a_stride = 0;  // floats between rows
  const float* packed = nullptr;
  float* c = nullptr;
  int64_t c_stride = 0;
  const float* bias = nullptr;  // PaddedColumns(n) floats, or null
};
void RunStridedGemm(const StridedGemm& gemm, ThreadPool* pool);

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_STRIDED_GEMM_H_
