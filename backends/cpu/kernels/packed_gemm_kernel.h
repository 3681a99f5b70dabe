#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_PACKED_GEMM_KERNEL_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_PACKED_GEMM_KERNEL_H_

#include <cstdint>

namespace onnxifi::cpu {

// A block of rows times one panel: c = a * panel + bias + residual, full
// panel width.
struct GemmBlock {
  int64_t rows, k;
  const float* a;
  int64_t a_stride;
  const float* panel;
  float* c;
  int64_t c_stride;
  const float* bias;      // panel wide, or nullptr
  const float* residual;  // as c, or nullptr
};

// The inner loop of one instruction set.
struct GemmKernel {
  int panel_columns = 0;  // 0: not built for this compiler
  void (*run)(const GemmBlock& block) = nullptr;
};

extern const GemmKernel kGemmAvx2;
extern const GemmKernel kGemmAvx512;

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_PACKED_GEMM_KERNEL_H_
