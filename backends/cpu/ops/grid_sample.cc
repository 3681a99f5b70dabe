#include <algorithm>
#include <cmath>
#include <cstring>

#include "backends/common/ops/op_util.h"
#include "backends/cpu/kernels/block_copy.h"
#include "backends/cpu/kernels/elementwise_util.h"
#include "backends/cpu/kernels/float_stage.h"
#include "backends/cpu/kernels/number_bytes.h"
#include "backends/cpu/kernels/type_dispatch.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

enum class Mode : uint8_t { kNearest, kLinear, kCubic };
enum class Padding : uint8_t { kZeros, kBorder, kReflection };

constexpr size_t kMaxAxes = 3;
constexpr int kMaxTaps = 4;

struct State {
  Mode mode = Mode::kLinear;
  Padding padding = Padding::kZeros;
  bool align_corners = false;
  DataType type = DataType::kFloat;
  DataType grid_type = DataType::kFloat;
  int64_t batch = 0;
  int64_t channels = 0;
  int64_t in[kMaxAxes] = {1, 1, 1};  // spatial dims, outer ones first
  size_t axes = 2;
  int64_t points = 0;       // of the output, per batch entry
  int64_t moved_bytes = 0;  // of an element that is moved; 0: computed
};

bool Parse(const NodeView& n, State* s) {
  const auto mode = n.attrs().String("mode", "linear");
  if (mode == "nearest") {
    s->mode = Mode::kNearest;
  } else if (mode == "linear" || mode == "bilinear") {
    s->mode = Mode::kLinear;
  } else if (mode == "cubic" || mode == "bicubic") {
    s->mode = Mode::kCubic;
  } else {
    return false;
  }
  const auto padding = n.attrs().String("padding_mode", "zeros");
  if (padding == "zeros") {
    s->padding = Padding::kZeros;
  } else if (padding == "border") {
    s->padding = Padding::kBorder;
  } else if (padding == "reflection") {
    s->padding = Padding::kReflection;
  } else {
    return false;
  }
  s->align_corners = n.attrs().Int("align_corners", 0) != 0;
  return true;
}

Reject Supports(const NodeView& n) {
  State s;
  if (!Parse(n, &s)) {
    return {RejectReason::kAttribute, "mode or padding_mode"};
  }
  for (const size_t i : {size_t{0}, size_t{1}}) {
    // The nearest element is moved, whatever it is.
    Reject r = i == 0 && s.mode == Mode::kNearest
                   ? RequireMovable(n, {i})
                   : RequireTypeIn<FloatTypes>(n, i);
    if (!r.supported()) return r;
  }
  return RequireRankAtMost(n, 0, static_cast<int>(kMaxAxes) + 2);
}

// x folded at the borders until it lies between them.
double Reflect(double x, double low, double high) {
  const double range = high - low;
  if (range <= 0) return low;
  const double period = 2 * range;
  double distance = std::fmod(std::abs(x - low), period);
  if (distance > range) distance = period - distance;
  return low + distance;
}

// The taps of one axis: input indices (-1: reads zero) and weights. F: what is
// computed in, double when an input is double.
template <typename F>
struct Taps {
  int count = 0;
  int64_t index[kMaxTaps] = {};
  F weight[kMaxTaps] = {};
};

// Keys' kernel with a = -3/4, as products: its powers of x would cancel.
template <typename F>
void CubicWeights(F t, F* w) {
  constexpr F a = -0.75;
  const F u = 1 - t;
  w[0] = a * t * u * u;
  w[1] = u * (1 + t - (a + 2) * t * t);
  w[2] = t * (1 + u - (a + 2) * u * u);
  w[3] = a * u * t * t;
}

template <typename F>
Taps<F> AxisTaps(const State& s, F coordinate, int64_t size) {
  const F length = static_cast<F>(size);
  const double low = s.align_corners ? 0 : -0.5;
  const double high = static_cast<double>(size) - (s.align_corners ? 1 : 0.5);
  F x = s.align_corners ? (coordinate + 1) / 2 * (length - 1)
                        : ((coordinate + 1) * length - 1) / 2;
  // Not a number, or so far out that nothing there can be read.
  constexpr F kFar = 1e9;
  if (!(std::abs(x) < kFar)) x = x > 0 ? kFar : -kFar;
  if (s.mode == Mode::kNearest) x = std::nearbyint(x);
  if (x < low || x > high) {
    if (s.padding == Padding::kBorder) x = std::clamp(x, F{0}, length - 1);
    if (s.padding == Padding::kReflection) {
      x = static_cast<F>(Reflect(x, low, high));
    }
  }
  Taps<F> taps;
  const F base = std::floor(x);
  int64_t first = static_cast<int64_t>(base);
  if (s.mode == Mode::kNearest) {
    taps.count = 1;
    taps.weight[0] = 1;
  } else if (s.mode == Mode::kLinear) {
    taps.count = 2;
    taps.weight[0] = 1 - (x - base);
    taps.weight[1] = x - base;
  } else {
    taps.count = 4;
    --first;
    CubicWeights(x - base, taps.weight);
  }
  for (int i = 0; i < taps.count; ++i) {
    int64_t index = first + i;
    if (index < 0 || index >= size) {
      if (s.padding == Padding::kZeros) index = -1;
      if (s.padding == Padding::kBorder) {
        index = std::clamp<int64_t>(index, 0, size - 1);
      }
      if (s.padding == Padding::kReflection) {
        index = std::clamp<int64_t>(static_cast<int64_t>(Reflect(
                                        static_cast<double>(index), low, high)),
                                    0, size - 1);
      }
    }
    taps.index[i] = index;
  }
  return taps;
}

// Sum over all taps of one image; missing outer axes have one tap.
template <typename F>
F Sample(const State& s, const Taps<F> (&taps)[kMaxAxes], const F* image) {
  F sum = 0;
  for (int i = 0; i < taps[0].count; ++i) {
    if (taps[0].index[i] < 0) continue;
    for (int j = 0; j < taps[1].count; ++j) {
      if (taps[1].index[j] < 0) continue;
      const int64_t row = taps[0].index[i] * s.in[1] + taps[1].index[j];
      F line = 0;
      for (int k = 0; k < taps[2].count; ++k) {
        if (taps[2].index[k] < 0) continue;
        line += taps[2].weight[k] * image[row * s.in[2] + taps[2].index[k]];
      }
      sum += taps[0].weight[i] * taps[1].weight[j] * line;
    }
  }
  return sum;
}

// The taps of one point; the grid names the innermost axis first.
template <typename F>
void PointTaps(const State& s, const F* grid, Taps<F> (&taps)[kMaxAxes]) {
  for (size_t a = 0; a < kMaxAxes; ++a) {
    const size_t at = kMaxAxes - 1 - a;
    taps[at] = a < s.axes ? AxisTaps(s, grid[a], s.in[at])
                          : Taps<F>{1, {0, 0, 0, 0}, {1, 0, 0, 0}};
  }
}

template <typename F>
struct Buffers {
  F* in;
  F* grid;
  F* out;
};

template <typename F>
Buffers<F> TakeBuffers(const State& s, ScratchCursor* cursor) {
  const int64_t images = s.batch * s.channels;
  const int64_t axes = static_cast<int64_t>(s.axes);
  Buffers<F> b{};
  if (s.moved_bytes > 0) {
    b.grid = cursor->TakeStage<F>(s.grid_type, s.batch * s.points * axes);
    return b;
  }
  b.in = cursor->TakeStage<F>(s.type, images * Product(s.in));
  b.grid = cursor->TakeStage<F>(s.grid_type, s.batch * s.points * axes);
  b.out = cursor->TakeStage<F>(s.type, images * s.points);
  return b;
}

// Nearest elements; zero bytes where there is none.
template <typename F>
onnxStatus RunMove(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  ScratchCursor cursor(args.scratch);
  const Buffers<F> b = TakeBuffers<F>(s, &cursor);
  const int64_t axes = static_cast<int64_t>(s.axes);
  const F* grid = AsFloat(s.grid_type, args.in[1], s.batch * s.points * axes,
                          b.grid, args.pool);
  const char* in = static_cast<const char*>(args.in[0]);
  char* out = static_cast<char*>(args.out[0]);
  const int64_t image = Product(s.in);
  args.pool->ParallelRange(
      s.batch * s.points, 256 / (s.channels + 1) + 1,
      [&](int64_t begin, int64_t end) {
        for (int64_t p = begin; p < end; ++p) {
          Taps<F> taps[kMaxAxes];
          PointTaps(s, grid + p * axes, taps);
          int64_t from = 0;
          for (size_t a = 0; a < kMaxAxes && from >= 0; ++a) {
            const int64_t index = taps[a].index[0];
            from = index < 0 ? -1 : from * s.in[a] + index;
          }
          for (int64_t c = 0; c < s.channels; ++c) {
            const int64_t plane = p / s.points * s.channels + c;
            char* to = out + (plane * s.points + p % s.points) * s.moved_bytes;
            if (from < 0) {
              std::memset(to, 0, static_cast<size_t>(s.moved_bytes));
            } else {
              CopyBlock(in + (plane * image + from) * s.moved_bytes, to,
                        s.moved_bytes);
            }
          }
        }
      });
  return ONNXIFI_STATUS_SUCCESS;
}

template <typename F>
onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  ScratchCursor cursor(args.scratch);
  const Buffers<F> b = TakeBuffers<F>(s, &cursor);
  const int64_t axes = static_cast<int64_t>(s.axes);
  const int64_t image = Product(s.in);
  const int64_t count = s.batch * s.channels * s.points;
  const F* in = AsFloat(s.type, args.in[0], s.batch * s.channels * image, b.in,
                        args.pool);
  const F* grid = AsFloat(s.grid_type, args.in[1], s.batch * s.points * axes,
                          b.grid, args.pool);
  F* out = FloatTarget(s.type, args.out[0], b.out);
  args.pool->ParallelRange(s.batch * s.points, 256 / (s.channels + 1) + 1,
                           [&](int64_t begin, int64_t end) {
                             for (int64_t p = begin; p < end; ++p) {
                               Taps<F> taps[kMaxAxes];
                               PointTaps(s, grid + p * axes, taps);
                               const int64_t n = p / s.points;
                               for (int64_t c = 0; c < s.channels; ++c) {
                                 const int64_t plane = n * s.channels + c;
                                 out[plane * s.points + p % s.points] =
                                     Sample(s, taps, in + plane * image);
                               }
                             }
                           });
  StoreFloat(s.type, out, args.out[0], count, args.pool);
  return ONNXIFI_STATUS_SUCCESS;
}

Status Prepare(PrepareContext& ctx) {
  const Shape& x = ctx.in(0).dims;
  const Shape& grid = ctx.in(1).dims;
  State s;
  const size_t rank = x.size();
  if (!Parse(ctx, &s) || rank < 3 || rank > kMaxAxes + 2 ||
      grid.size() != rank || grid[0] != x[0] ||
      grid.back() != static_cast<int64_t>(rank) - 2) {
    return ShapeError(ctx, StrCat("grid ", ShapeText(grid),
                                  " does not fit input ", ShapeText(x)));
  }
  s.type = ctx.in(0).type;
  s.grid_type = ctx.in(1).type;
  s.batch = x[0];
  s.channels = x[1];
  s.axes = rank - 2;
  std::copy(x.begin() + 2, x.end(), s.in + kMaxAxes - s.axes);
  Shape dims = {x[0], x[1]};
  dims.insert(dims.end(), grid.begin() + 1, grid.end() - 1);
  s.points = Product(std::span<const int64_t>(dims).subspan(2));
  if (Product(s.in) == 0 && Product(dims) != 0) {
    return ShapeError(ctx, "the input has no elements to sample");
  }
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {s.type, std::move(dims)}));
  const bool computed = IsFloating(s.type);
  if (!computed) s.moved_bytes = ElementBytes(s.type);
  const bool wide = s.grid_type == DataType::kDouble ||
                    (computed && s.type == DataType::kDouble);
  DispatchFloat(wide, [&]<typename F>() {
    ScratchCursor cursor(nullptr);
    TakeBuffers<F>(s, &cursor);
    ctx.BookScratch(cursor.bytes());
    ctx.SetStepState(computed ? &Run<F> : &RunMove<F>, s);
  });
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(grid_sample, {.op = "GridSample",
                                 .supports = &Supports,
                                 .prepare = &Prepare});

}  // namespace onnxifi::cpu
