#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_GEMM_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_GEMM_H_

#include <cstddef>
#include <cstdint>

#include "backends/common/fusion/activation.h"
#include "base/thread_pool.h"

namespace onnxifi::cpu {

// Sizes of one matrix product C[m x n] = A[m x k] * B[k x n].
struct GemmShape {
  int64_t m = 0;
  int64_t n = 0;
  int64_t k = 0;
};

// B in panels of columns, each k x panel contiguous, the last one padded with
// zeros: the order in which the inner loop reads it.
size_t PackedFloats(int64_t k, int64_t n);
// Panels of n columns.
int64_t PanelCount(int64_t n);
// Columns up to which a bias of GemmBatch must be padded.
int64_t PaddedColumns(int64_t n);

// Packs panels [begin, end) of B, whose element (i, j) lies at
// b[i * row_stride + j * column_stride], multiplied by `alpha`. `b` needs no
// alignment.
void PackPanels(const void* b, int64_t row_stride, int64_t column_stride,
                const GemmShape& shape, float alpha, int64_t begin, int64_t end,
                float* packed);
// All panels, on the pool.
void PackMatrix(const void* b, int64_t row_stride, int64_t column_stride,
                const GemmShape& shape, float alpha, ThreadPool& pool,
                float* packed);

// A batch of products of one shape. Product i reads a + a_offsets[i] and
// packed + b_offsets[i] and writes c + i * m * n.
struct GemmBatch {
  GemmShape shape;
  int64_t count = 1;
  const float* a = nullptr;
  const int64_t* a_offsets = nullptr;  // null: all zero
  const float* packed = nullptr;
  const int64_t* b_offsets = nullptr;  // null: all zero
  float* c = nullptr;
  const float* bias = nullptr;  // padded; added to every row
  bool accumulate = false;      // C holds a start value
  Activation activation;
};
void RunGemmBatch(const GemmBatch& batch, ThreadPool& pool);

// Writes the transpose of the k x m matrix `a` to `out` (m x k).
void TransposeMatrix(const float* a, int64_t k, int64_t m, float* out,
                     ThreadPool& pool);

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_GEMM_H_
