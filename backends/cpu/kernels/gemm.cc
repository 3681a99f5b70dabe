#include "backends/cpu/kernels/gemm.h"

#include <algorithm>
#include <cstring>

#include "backends/cpu/cpu_features.h"
#include "backends/cpu/kernels/vector_kernels.h"
#include "base/checked.h"

namespace onnxifi::cpu {

namespace {

// Bytes of a panel part that stays in the first-level cache.
constexpr int64_t kPanelPartBytes = 24 * 1024;
// Multiplications that one thread should at least get.
constexpr int64_t kMinWork = 60000;
constexpr int64_t kTransposeTile = 32;

// How a product is cut. A block of rows, as deep as one part of a panel, stays
// in the second-level cache while panels stream past it, so that B comes from
// memory as rarely as can be.
struct Blocking {
  int64_t rows = 1;
  int64_t depth = 1;
};

Blocking ChooseBlocking(const GemmShape& shape) {
  const VectorKernels& v = Vectors();
  Blocking blocking;
  blocking.depth =
      kPanelPartBytes / (static_cast<int64_t>(sizeof(float)) * v.panel_columns);
  // Half of the cache: the rest is for the panels and C.
  const int64_t floats = Features().l2_bytes / 2 / 4;
  blocking.rows = std::max<int64_t>(
      v.tile_rows, floats / blocking.depth / v.tile_rows * v.tile_rows);
  // One row reads all of B once in any order.
  if (shape.m == 1) blocking.depth = std::max<int64_t>(1, shape.k);
  return blocking;
}

// Rows [row, row + rows) and panels [first, last) of one product.
void RunPanels(const VectorKernels& v, const GemmBatch& b, int64_t product,
               int64_t row, int64_t rows, int64_t first, int64_t last,
               int64_t step) {
  const int64_t m = b.shape.m;
  const int64_t n = b.shape.n;
  const int64_t k = b.shape.k;
  const int64_t width = v.panel_columns;
  const float* a =
      b.a + (b.a_offsets == nullptr ? 0 : b.a_offsets[product]) + row * k;
  const float* packed =
      b.packed + (b.b_offsets == nullptr ? 0 : b.b_offsets[product]);
  GemmTile tile = {};
  tile.a_stride = k;
  tile.rows = rows;
  tile.panel_stride = width;
  tile.c_stride = n;
  tile.accumulate = b.accumulate;
  int64_t depth = 0;
  do {
    tile.a = a + depth;
    tile.depth = std::min(step, k - depth);
    for (int64_t panel = first; panel < last; ++panel) {
      const int64_t column = panel * width;
      tile.c = b.c + (product * m + row) * n + column;
      tile.columns = std::min(width, n - column);
      tile.bias = b.bias == nullptr ? nullptr : b.bias + column;
      tile.panel = packed + column * k + depth * width;
      v.gemm_tile(tile);
    }
    tile.accumulate = true;
    depth += step;
  } while (depth < k);
  if (b.activation.kind == Activation::Kind::kNone) return;
  const int64_t column = first * width;
  const int64_t columns = std::min(last * width, n) - column;
  for (int64_t r = 0; r < rows; ++r) {
    float* c = b.c + (product * m + row + r) * n + column;
    v.activate(b.activation, c, c, columns);
  }
}

}  // namespace

int64_t PanelCount(int64_t n) {
  return CeilDiv<int64_t>(n, Vectors().panel_columns);
}

int64_t PaddedColumns(int64_t n) {
  return PanelCount(n) * Vectors().panel_columns;
}

size_t PackedFloats(int64_t k, int64_t n) {
  return static_cast<size_t>(PaddedColumns(n) * k);
}

void PackPanels(const void* b, int64_t row_stride, int64_t column_stride,
                const GemmShape& shape, float alpha, int64_t begin, int64_t end,
                float* packed) {
  const int64_t width = Vectors().panel_columns;
  const char* bytes = static_cast<const char*>(b);
  for (int64_t panel = begin; panel < end; ++panel) {
    const int64_t column = panel * width;
    const int64_t columns = std::min(width, shape.n - column);
    float* out = packed + column * shape.k;
    if (column_stride == 1) {
      for (int64_t i = 0; i < shape.k; ++i, out += width) {
        std::memcpy(out, bytes + (i * row_stride + column) * 4,
                    static_cast<size_t>(columns) * 4);
        for (int64_t j = columns; j < width; ++j) out[j] = 0;
        if (alpha == 1.0f) continue;
        for (int64_t j = 0; j < columns; ++j) out[j] *= alpha;
      }
      continue;
    }
    for (int64_t j = 0; j < width; ++j) {
      for (int64_t i = 0; i < shape.k; ++i) {
        float value = 0;
        if (j < columns) {
          std::memcpy(
              &value,
              bytes + (i * row_stride + (column + j) * column_stride) * 4, 4);
        }
        out[i * width + j] = value * alpha;
      }
    }
  }
}

void PackMatrix(const void* b, int64_t row_stride, int64_t column_stride,
                const GemmShape& shape, float alpha, ThreadPool& pool,
                float* packed) {
  const int64_t grain = CeilDiv<int64_t>(
      kMinWork, std::max<int64_t>(1, shape.k * Vectors().panel_columns));
  pool.ParallelRange(PanelCount(shape.n), grain,
                     [&](int64_t begin, int64_t end) {
                       PackPanels(b, row_stride, column_stride, shape, alpha,
                                  begin, end, packed);
                     });
}

void RunGemmBatch(const GemmBatch& b, ThreadPool& pool) {
  const VectorKernels& v = Vectors();
  const int64_t m = b.shape.m;
  const int64_t n = b.shape.n;
  const int64_t k = b.shape.k;
  if (m == 0 || n == 0) return;
  const int64_t panels = PanelCount(n);
  const Blocking blocking = ChooseBlocking(b.shape);
  int64_t rows = std::min(m, blocking.rows);
  // Enough pieces for every thread; whole register tiles in each.
  const int64_t wanted = 4 * pool.threads();
  if (b.count * panels * CeilDiv(m, rows) < wanted) {
    rows = RoundUp<int64_t>(CeilDiv(m, CeilDiv(wanted, b.count * panels)),
                            v.tile_rows);
  }
  rows = std::min(rows, m);
  const int64_t row_blocks = CeilDiv(m, rows);
  const int64_t work = std::max<int64_t>(1, rows * v.panel_columns * k);
  pool.ParallelRange(
      b.count * row_blocks * panels, CeilDiv(kMinWork, work),
      [&](int64_t begin, int64_t end) {
        while (begin < end) {
          const int64_t first = begin % panels;
          const int64_t last = std::min(panels, first + end - begin);
          const int64_t row = begin / panels % row_blocks * rows;
          RunPanels(v, b, begin / panels / row_blocks, row,
                    std::min(rows, m - row), first, last, blocking.depth);
          begin += last - first;
        }
      });
}

void TransposeMatrix(const float* a, int64_t k, int64_t m, float* out,
                     ThreadPool& pool) {
  pool.ParallelRange(
      CeilDiv(m, kTransposeTile),
      CeilDiv<int64_t>(kMinWork, kTransposeTile * std::max<int64_t>(1, k)),
      [&](int64_t begin, int64_t end) {
        const int64_t last = std::min(m, end * kTransposeTile);
        for (int64_t r = begin * kTransposeTile; r < last; ++r) {
          for (int64_t c = 0; c < k; ++c) out[r * k + c] = a[c * m + r];
        }
      });
}

}  // namespace onnxifi::cpu
