#include "backends/cpu/kernels/double_gemm.h"

#include <algorithm>

#include "base/checked.h"

namespace onnxifi::cpu {

namespace {

// Multiplications that one thread should at least get.
constexpr int64_t kMinWork = 1 << 15;

void RunRow(const DoubleGemm& g, const double* a, double* c) {
  const int64_t n = g.shape.n;
  const int64_t k = g.shape.k;
  if (g.bias == nullptr) {
    std::fill_n(c, n, 0.0);
  } else {
    std::copy_n(g.bias, n, c);
  }
  if (g.b_row_stride == 1) {
    for (int64_t j = 0; j < n; ++j) {
      const double* b = g.b + j * g.b_column_stride;
      double sum = 0;
      for (int64_t i = 0; i < k; ++i) sum += a[i] * b[i];
      c[j] += g.alpha * sum;
    }
    return;
  }
  for (int64_t i = 0; i < k; ++i) {
    const double* b = g.b + i * g.b_row_stride;
    const double factor = g.alpha * a[i];
    for (int64_t j = 0; j < n; ++j) c[j] += factor * b[j * g.b_column_stride];
  }
}

}  // namespace

void RunDoubleGemm(const DoubleGemm& g, ThreadPool* pool) {
  const auto [m, n, k] = g.shape;
  if (m == 0 || n == 0) return;
  pool->ParallelRange(m, CeilDiv(kMinWork, std::max<int64_t>(n * k, 1)),
                      [&](int64_t begin, int64_t end) {
                        for (int64_t i = begin; i < end; ++i) {
                          RunRow(g, g.a + i * g.a_stride, g.c + i * g.c_stride);
                        }
                      });
}

}  // namespace onnxifi::cpu
