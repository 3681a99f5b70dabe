#include "backends/cpu/kernels/winograd_conv.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <new>

#include "backends/cpu/cpu_features.h"
#include "backends/cpu/kernels/winograd_plan.h"
#include "base/checked.h"

namespace onnxifi::cpu {

namespace {

// A typical core of the machines this runs on; only ratios matter.
constexpr double kMultiplyAddsPerSecond = 45e9;
constexpr double kSharedCacheBytesPerSecond = 20e9;
constexpr size_t kPrivateCacheBytes = size_t{512} << 10;
constexpr int64_t kMaxGroup = 192;
constexpr int64_t kTransformLanes = 16;

const WinogradKernels& KernelsFor(int block) {
  return block == 16 ? kWinogradAvx512 : kWinogradAvx2;
}

// Coefficients of the weight transform G: one row per position, three
// columns. The points are those of winograd_loops.h.
void FillWeightTransform(int m, double (*g)[3]) {
  if (m == 2) {
    const double rows[4][3] = {
        {1, 0, 0}, {0.5, 0.5, 0.5}, {0.5, -0.5, 0.5}, {0, 0, 1}};
    std::memcpy(g, rows, sizeof(rows));
    return;
  }
  constexpr double p = 0.625, q = 1.5;
  constexpr double p2 = p * p, q2 = q * q;
  const double points[5] = {0, p, -p, q, -q};
  const double scale[5] = {p2 * q2, 2 * p2 * (p2 - q2), 2 * p2 * (p2 - q2),
                           2 * q2 * (q2 - p2), 2 * q2 * (q2 - p2)};
  for (int i = 0; i < 5; ++i) {
    g[i][0] = 1 / scale[i];
    g[i][1] = points[i] / scale[i];
    g[i][2] = points[i] * points[i] / scale[i];
  }
  g[5][0] = g[5][1] = 0;
  g[5][2] = 1;
}

// Gathers the 3x3 filters of one input channel and up to 16 output channels;
// lanes beyond the model's channels are zero.
void GatherFilters(const WinogradShape& shape, const char* weights,
                   int64_t first_out, int64_t in, int64_t lanes,
                   float (*filters)[kTransformLanes]) {
  for (int64_t lane = 0; lane < lanes; ++lane) {
    const int64_t out = first_out + lane;
    float filter[9] = {};
    if (out < shape.out_channels && in < shape.in_channels) {
      std::memcpy(filter, weights + ((out * shape.in_channels + in) * 9) * 4,
                  sizeof(filter));
    }
    for (int k = 0; k < 9; ++k) filters[k][lane] = filter[k];
  }
}

// u[position * stride + lane] = (G f G^T)[position] for each lane.
void TransformFilters(const double (*g)[3], int alpha,
                      const float (*filters)[kTransformLanes], int64_t lanes,
                      int64_t stride, float* u) {
  double half[6][3][kTransformLanes];
  for (int i = 0; i < alpha; ++i) {
    for (int j = 0; j < 3; ++j) {
      for (int64_t l = 0; l < kTransformLanes; ++l) {
        half[i][j][l] = g[i][0] * filters[j][l] + g[i][1] * filters[3 + j][l] +
                        g[i][2] * filters[6 + j][l];
      }
    }
  }
  for (int i = 0; i < alpha; ++i) {
    for (int j = 0; j < alpha; ++j) {
      float row[kTransformLanes];
      for (int64_t l = 0; l < kTransformLanes; ++l) {
        row[l] = static_cast<float>(half[i][0][l] * g[j][0] +
                                    half[i][1][l] * g[j][1] +
                                    half[i][2][l] * g[j][2]);
      }
      std::memcpy(u + (i * alpha + j) * stride, row,
                  static_cast<size_t>(lanes) * sizeof(float));
    }
  }
}

// Scratch areas of concurrently running groups: a bit per area.
class AreaSet {
 public:
  int Take() {
    for (;;) {
      for (int i = 0; i < 64; ++i) {
        const uint64_t bit = uint64_t{1} << i;
        if ((used_.fetch_or(bit, std::memory_order_acquire) & bit) == 0) {
          return i;
        }
      }
    }
  }
  void Give(int area) {
    used_.fetch_and(~(uint64_t{1} << area), std::memory_order_release);
  }

 private:
  std::atomic<uint64_t> used_{0};
};

struct Areas {
  AreaSet* set;
  float* memory;
  size_t floats_each;
};

// Each thread takes whole groups through all three stages.
void RunGroups(const WinogradCall& call, const WinogradKernels& kernels,
               const Areas& areas, ThreadPool& pool) {
  const WinogradPlan& plan = *call.plan;
  const int64_t channels = plan.in_blocks * call.shape->block;
  pool.ParallelFor(plan.groups, [&](int64_t group) {
    const int area = areas.set->Take();
    float* const v =
        areas.memory + static_cast<size_t>(area) * areas.floats_each;
    float* const products = v + plan.positions * plan.group * channels;
    const int64_t first = group * plan.group;
    const int64_t rows = std::min(plan.group, plan.tiles - first);
    kernels.input(call, first, 0, rows, v);
    for (int64_t position = 0; position < plan.positions; ++position) {
      kernels.multiply(call, rows, position, 0, plan.out_blocks, v, products);
    }
    kernels.output(call, first, 0, rows, products);
    areas.set->Give(area);
  });
}

// All threads share one group after the other, stage by stage.
void RunStaged(const WinogradCall& call, const WinogradKernels& kernels,
               float* memory, ThreadPool& pool) {
  const WinogradPlan& plan = *call.plan;
  const int64_t channels = plan.in_blocks * call.shape->block;
  float* const v = memory;
  float* const products = v + plan.positions * plan.group * channels;
  const int64_t parts = 2 * pool.threads();
  const int64_t ob_step =
      std::max<int64_t>(2, RoundUp<int64_t>(plan.out_blocks / 4, 2));
  const int64_t ob_parts = CeilDiv(plan.out_blocks, ob_step);
  for (int64_t first = 0; first < plan.tiles; first += plan.group) {
    const int64_t rows = std::min(plan.group, plan.tiles - first);
    const int64_t step = CeilDiv(rows, parts);
    pool.ParallelFor(CeilDiv(rows, step), [&](int64_t part) {
      kernels.input(call, first, part * step, std::min(rows, (part + 1) * step),
                    v);
    });
    pool.ParallelFor(plan.positions * ob_parts, [&](int64_t index) {
      const int64_t ob = index % ob_parts * ob_step;
      kernels.multiply(call, rows, index / ob_parts, ob,
                       std::min(plan.out_blocks, ob + ob_step), v, products);
    });
    pool.ParallelFor(CeilDiv(rows, step), [&](int64_t part) {
      kernels.output(call, first, part * step,
                     std::min(rows, (part + 1) * step), products);
    });
  }
}

}  // namespace

bool WinogradSupported(int block) {
  if (block == 16) {
    return kWinogradAvx512.input != nullptr && Features().isa >= Isa::kAvx512;
  }
  return block == 8 && kWinogradAvx2.input != nullptr &&
         Features().isa >= Isa::kAvx2;
}

WinogradPlan MakeWinogradPlan(const WinogradShape& shape) {
  WinogradPlan plan;
  const int64_t block = shape.block;
  plan.tiles_h = CeilDiv<int64_t>(shape.out_h, shape.m);
  plan.tiles_w = CeilDiv<int64_t>(shape.out_w, shape.m);
  plan.tiles = shape.batch * plan.tiles_h * plan.tiles_w;
  plan.in_blocks = CeilDiv(shape.in_channels, block);
  plan.out_blocks = CeilDiv(shape.out_channels, block);
  plan.positions = (shape.m + 2) * (shape.m + 2);
  const int64_t channels = (plan.in_blocks + plan.out_blocks) * block;
  const size_t weights = WinogradWeightFloats(shape) * sizeof(float);
  const int64_t tile_bytes = plan.positions * channels * 4;
  // Weights that stay in a core's cache: groups small enough to stay too.
  plan.staged = weights > 2 * kPrivateCacheBytes;
  const int64_t fitting = static_cast<int64_t>(kPrivateCacheBytes) / tile_bytes;
  plan.group = plan.staged ? kMaxGroup : std::max<int64_t>(12, fitting);
  plan.group = std::max<int64_t>(1, std::min(plan.group, plan.tiles));
  plan.groups = CeilDiv(plan.tiles, plan.group);
  plan.group = CeilDiv(plan.tiles, std::max<int64_t>(1, plan.groups));
  plan.groups = CeilDiv(plan.tiles, std::max<int64_t>(1, plan.group));
  plan.group_floats =
      static_cast<size_t>(plan.positions * plan.group * channels);
  return plan;
}

size_t WinogradWeightFloats(const WinogradShape& shape) {
  const int64_t positions = (shape.m + 2) * (shape.m + 2);
  return static_cast<size_t>(positions *
                             RoundUp<int64_t>(shape.in_channels, shape.block) *
                             RoundUp<int64_t>(shape.out_channels, shape.block));
}

void WinogradTransformWeights(const WinogradShape& shape, const void* weights,
                              float* out, ThreadPool& pool) {
  double g[6][3];
  FillWeightTransform(shape.m, g);
  const int alpha = shape.m + 2;
  const int64_t block = shape.block;
  const int64_t in_channels = RoundUp<int64_t>(shape.in_channels, block);
  const int64_t out_channels = RoundUp<int64_t>(shape.out_channels, block);
  const int64_t stride = in_channels * out_channels;
  // Blocks come in pairs, interleaved per input channel; a last odd block
  // stands alone.
  pool.ParallelFor(CeilDiv(out_channels, 2 * block), [&](int64_t pair) {
    const int64_t first = pair * 2 * block;
    const int64_t width = std::min(2 * block, out_channels - first);
    for (int64_t in = 0; in < in_channels; ++in) {
      float* const u = out + first * in_channels + in * width;
      for (int64_t lane = 0; lane < width; lane += kTransformLanes) {
        const int64_t lanes = std::min(kTransformLanes, width - lane);
        float filters[9][kTransformLanes] = {};
        GatherFilters(shape, static_cast<const char*>(weights), first + lane,
                      in, lanes, filters);
        TransformFilters(g, alpha, filters, lanes, stride, u + lane);
      }
    }
  });
}

size_t WinogradScratchBytes(const WinogradShape& shape, int threads) {
  const WinogradPlan plan = MakeWinogradPlan(shape);
  const size_t areas =
      plan.staged ? 1 : static_cast<size_t>(std::min(threads, 64));
  return 64 + areas * RoundUp<size_t>(plan.group_floats, 16) * sizeof(float);
}

double WinogradCost(const WinogradShape& shape) {
  const WinogradPlan plan = MakeWinogradPlan(shape);
  const double in = static_cast<double>(plan.in_blocks * shape.block);
  const double out = static_cast<double>(plan.out_blocks * shape.block);
  const double positions = static_cast<double>(plan.positions);
  const double tiles = static_cast<double>(plan.tiles);
  const double multiply = positions * tiles * in * out;
  const double passes = plan.staged ? static_cast<double>(plan.groups) : 1.0;
  const double weight_bytes = passes * positions * in * out * 4;
  const double data_bytes = 4 * 2 * positions * tiles * (in + out);
  return multiply / kMultiplyAddsPerSecond +
         (weight_bytes + data_bytes) / kSharedCacheBytesPerSecond;
}

void WinogradRun(const WinogradShape& shape, const float* src,
                 const float* transformed, const WinogradEpilogue& epilogue,
                 float* dst, void* scratch, ThreadPool& pool) {
  const WinogradPlan plan = MakeWinogradPlan(shape);
  if (plan.tiles == 0) return;
  const WinogradCall call{&shape, &plan, src, transformed, &epilogue, dst};
  const WinogradKernels& kernels = KernelsFor(shape.block);
  float* const memory =
      reinterpret_cast<float*>(static_cast<std::byte*>(scratch) + 64);
  if (plan.staged) {
    RunStaged(call, kernels, memory, pool);
    return;
  }
  AreaSet* const set = new (scratch) AreaSet();
  RunGroups(call, kernels,
            {set, memory, RoundUp<size_t>(plan.group_floats, 16)}, pool);
}

}  // namespace onnxifi::cpu
