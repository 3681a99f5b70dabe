#include "backends/cpu/kernels/packed_gemm.h"

#include <algorithm>
#include <cstring>

#include "backends/cpu/cpu_features.h"
#include "backends/cpu/kernels/packed_gemm_kernel.h"
#include "base/checked.h"

namespace onnxifi::cpu {

namespace {

constexpr int kMaxPanel = 32;
constexpr int kPlainPanel = 8;
// Multiply-adds that pay for handing work to another thread.
constexpr int64_t kParallelWork = 100000;
// Rows of A that are swept with one panel after the other: A's block stays in
// the second-level cache.
constexpr size_t kRowBlockBytes = size_t{256} << 10;

void RunPlain(const GemmBlock& b) {
  for (int64_t row = 0; row < b.rows; ++row) {
    float sums[kPlainPanel];
    for (int j = 0; j < kPlainPanel; ++j) {
      sums[j] = b.bias != nullptr ? b.bias[j] : 0.0f;
    }
    const float* const a = b.a + row * b.a_stride;
    for (int64_t k = 0; k < b.k; ++k) {
      for (int j = 0; j < kPlainPanel; ++j) {
        sums[j] += a[k] * b.panel[k * kPlainPanel + j];
      }
    }
    float* const c = b.c + row * b.c_stride;
    for (int j = 0; j < kPlainPanel; ++j) {
      c[j] = b.residual != nullptr ? sums[j] + b.residual[row * b.c_stride + j]
                                   : sums[j];
    }
  }
}

GemmKernel ChooseKernel() {
  const Isa isa = Features().isa;
  if (isa >= Isa::kAvx512 && kGemmAvx512.panel_columns != 0) {
    return kGemmAvx512;
  }
  if (isa >= Isa::kAvx2 && kGemmAvx2.panel_columns != 0) return kGemmAvx2;
  return {kPlainPanel, &RunPlain};
}

const GemmKernel& Kernel() {
  static const GemmKernel kernel = ChooseKernel();
  return kernel;
}

float FloatAt(const void* data, int64_t index) {
  float value = 0;
  std::memcpy(&value, static_cast<const char*>(data) + index * 4, 4);
  return value;
}

// Copies one panel's rows; columns beyond n become zeros.
void PackPanel(const GemmSource& b, int64_t k, int64_t first, int64_t width,
               int64_t panel, float* out) {
  for (int64_t row = 0; row < k; ++row) {
    float* const to = out + row * panel;
    if (!b.transposed) {
      std::memcpy(
          to, static_cast<const char*>(b.data) + (row * b.stride + first) * 4,
          static_cast<size_t>(width) * 4);
    } else {
      for (int64_t j = 0; j < width; ++j) {
        to[j] = FloatAt(b.data, (first + j) * b.stride + row);
      }
    }
    for (int64_t j = width; j < panel; ++j) to[j] = 0;
  }
}

// The last, partial panel: computed in full width beside C, then copied.
void RunTail(const GemmArgs& args, int64_t column, int64_t begin, int64_t rows,
             const float* panel) {
  const GemmKernel& kernel = Kernel();
  const int64_t width = args.n - column;
  float bias[kMaxPanel] = {};
  if (args.epilogue.bias != nullptr) {
    std::memcpy(bias, args.epilogue.bias + column,
                static_cast<size_t>(width) * 4);
  }
  constexpr int64_t kRows = 16;
  float tile[kRows * kMaxPanel];
  for (int64_t row = begin; row < begin + rows; row += kRows) {
    const int64_t count = std::min(kRows, begin + rows - row);
    kernel.run({count, args.k, args.a + row * args.a_stride, args.a_stride,
                panel, tile, kernel.panel_columns, bias, nullptr});
    for (int64_t r = 0; r < count; ++r) {
      const int64_t at = (row + r) * args.c_stride + column;
      for (int64_t j = 0; j < width; ++j) {
        const float sum = tile[r * kernel.panel_columns + j];
        args.c[at + j] = args.epilogue.residual != nullptr
                             ? sum + args.epilogue.residual[at + j]
                             : sum;
      }
    }
  }
}

// Rows [begin, begin + rows) times columns [first, end).
void RunBlock(const GemmArgs& args, int64_t begin, int64_t rows, int64_t first,
              int64_t end) {
  const GemmKernel& kernel = Kernel();
  const int64_t panel_columns = kernel.panel_columns;
  const GemmEpilogue& e = args.epilogue;
  for (int64_t column = first; column < end; column += panel_columns) {
    const float* const panel = args.packed + column * args.k;
    if (column + panel_columns > args.n) {
      RunTail(args, column, begin, rows, panel);
      continue;
    }
    const int64_t at = begin * args.c_stride + column;
    kernel.run({rows, args.k, args.a + begin * args.a_stride, args.a_stride,
                panel, args.c + at, args.c_stride,
                e.bias != nullptr ? e.bias + column : nullptr,
                e.residual != nullptr ? e.residual + at : nullptr});
  }
  if (e.finish == nullptr) return;
  for (int64_t row = begin; row < begin + rows; ++row) {
    float* const c = args.c + row * args.c_stride + first;
    e.finish(c, c, end - first, e.finish_params);
  }
}

int64_t RowBlock(const GemmArgs& args) {
  const int64_t fitting =
      static_cast<int64_t>(kRowBlockBytes / sizeof(float) /
                           static_cast<size_t>(std::max<int64_t>(1, args.k)));
  return std::max<int64_t>(48, fitting / 12 * 12);
}

}  // namespace

int64_t GemmPanelColumns() { return Kernel().panel_columns; }

size_t PackedGemmFloats(int64_t k, int64_t n) {
  return static_cast<size_t>(k * RoundUp(n, GemmPanelColumns()));
}

void PackGemmColumns(const GemmSource& b, int64_t k, int64_t n, int64_t begin,
                     int64_t end, float* packed) {
  const int64_t panel = GemmPanelColumns();
  for (int64_t column = begin; column < end; column += panel) {
    PackPanel(b, k, column, std::min(panel, n - column), panel,
              packed + column * k);
  }
}

void PackGemm(const GemmSource& b, int64_t k, int64_t n, float* packed,
              ThreadPool& pool) {
  if (k == 0 || n == 0) return;
  const int64_t panel = GemmPanelColumns();
  const int64_t grain = std::max<int64_t>(1, 65536 / (k * panel));
  pool.ParallelRange(CeilDiv(n, panel), grain, [&](int64_t begin, int64_t end) {
    PackGemmColumns(b, k, n, begin * panel, std::min(n, end * panel), packed);
  });
}

void GemmSerial(const GemmArgs& args) {
  if (args.m == 0 || args.n == 0) return;
  const int64_t row_block = RowBlock(args);
  for (int64_t row = 0; row < args.m; row += row_block) {
    RunBlock(args, row, std::min(row_block, args.m - row), 0, args.n);
  }
}

void Gemm(const GemmArgs& args, ThreadPool& pool) {
  if (args.m == 0 || args.n == 0) return;
  const int64_t work = args.m * args.n * std::max<int64_t>(1, args.k);
  if (pool.threads() == 1 || work < 2 * kParallelWork) {
    GemmSerial(args);
    return;
  }
  const int64_t panel = GemmPanelColumns();
  const int64_t panels = CeilDiv(args.n, panel);
  const int64_t row_block = RowBlock(args);
  const int64_t row_blocks = CeilDiv(args.m, row_block);
  const int64_t wanted = std::min<int64_t>(
      pool.threads() * 4, std::max<int64_t>(1, work / kParallelWork));
  const int64_t column_cuts =
      std::min(panels, std::max<int64_t>(1, CeilDiv(wanted, row_blocks)));
  const int64_t step = CeilDiv(panels, column_cuts) * panel;
  const int64_t columns = CeilDiv(args.n, step);
  pool.ParallelFor(row_blocks * columns, [&](int64_t index) {
    const int64_t row = index / columns * row_block;
    const int64_t first = index % columns * step;
    RunBlock(args, row, std::min(row_block, args.m - row), first,
             std::min(args.n, first + step));
  });
}

}  // namespace onnxifi::cpu
