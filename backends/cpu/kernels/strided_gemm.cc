#include "backends/cpu/kernels/strided_gemm.h"

#include <algorithm>

#include "backends/cpu/kernels/vector_kernels.h"
#include "base/checked.h"

namespace onnxifi::cpu {

namespace {

// Depth of a panel part that stays in the first-level cache.
constexpr int64_t kDepthBlock = 384;
constexpr int64_t kRowBlock = 96;
// Multiplications that one thread should at least get.
constexpr int64_t kMinWork = 60000;

void RunPanel(const VectorKernels& v, const StridedGemm& g, int64_t panel,
              int64_t row, int64_t rows) {
  const auto [m, n, k] = g.shape;
  const int64_t width = v.panel_columns;
  const int64_t column = panel * width;
  GemmTile tile = {};
  tile.a_stride = g.a_stride;
  tile.rows = rows;
  tile.panel_stride = width;
  tile.c = g.c + row * g.c_stride + column;
  tile.c_stride = g.c_stride;
  tile.columns = std::min(width, n - column);
  tile.bias = g.bias == nullptr ? nullptr : g.bias + column;
  int64_t depth = 0;
  do {
    tile.a = g.a + row * g.a_stride + depth;
    tile.panel = g.packed + column * k + depth * width;
    tile.depth = std::min(kDepthBlock, k - depth);
    v.gemm_tile(tile);
    tile.accumulate = true;
    depth += kDepthBlock;
  } while (depth < k);
}

}  // namespace

void RunStridedGemm(const StridedGemm& g, ThreadPool* pool) {
  const auto [m, n, k] = g.shape;
  if (m == 0 || n == 0) return;
  const VectorKernels& v = Vectors();
  const int64_t panels = PanelCount(n);
  const int64_t blocks = CeilDiv(m, kRowBlock);
  const int64_t work = std::min(m, kRowBlock) * v.panel_columns * k;
  pool->ParallelRange(
      blocks * panels, CeilDiv(kMinWork, std::max<int64_t>(work, 1)),
      [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) {
          const int64_t row = i / panels * kRowBlock;
          RunPanel(v, g, i % panels, row, std::min(kRowBlock, g.shape.m - row));
        }
      });
}

}  // namespace onnxifi::cpu
