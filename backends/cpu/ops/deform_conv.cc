#include <algorithm>
#include <type_traits>

#include "backends/common/ops/window.h"
#include "backends/cpu/kernels/deform_sample.h"
#include "backends/cpu/kernels/elementwise_util.h"
#include "backends/cpu/kernels/float_stage.h"
#include "backends/cpu/kernels/gemm.h"
#include "backends/cpu/kernels/number_bytes.h"
#include "base/checked.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

enum Input : size_t { kX, kWeights, kOffset, kBias, kMask };

constexpr int64_t kColumnElements = int64_t{1} << 21;
constexpr int64_t kMostRows = int64_t{1} << 40;  // of the columns

// Samples the input at the moved points of the kernel, a block of output
// points at a time, and multiplies the columns that this gives by the weights.
struct State {
  Window window;
  DataType type = DataType::kFloat;
  int64_t batch = 0;
  int64_t channels = 0;
  int64_t out_channels = 0;
  int64_t groups = 1;
  int64_t offset_groups = 1;
  int64_t block = 1;  // output points
  bool has_bias = false;
  bool has_mask = false;

  int64_t taps() const { return window.kernel_points(); }
  int64_t points() const { return window.out_points(); }
  // Rows of the columns of one group.
  int64_t depth() const { return channels / groups * taps(); }
};

Reject Supports(const NodeView& n) {
  for (const size_t i : {kX, kWeights, kOffset, kBias, kMask}) {
    if (Reject r = RequireTypeIn<FloatTypes>(n, i); !r.supported()) return r;
  }
  return SupportsWindow(n);
}

// Spatial position of element `i` of a block of these extents.
void Unravel(const Window::Dims& dims, int64_t i, int64_t* at) {
  for (size_t d = kMaxSpatial; d-- > 0;) {
    at[d] = i % dims[d];
    i /= dims[d];
  }
}

// Where kernel point `tap` of offset group `og` reads for output point `p`.
template <typename T>
Corners<Compute<T>> CornersOf(const State& s, const RunArgs& args, int64_t n,
                              int64_t og, int64_t tap, int64_t p) {
  using C = Compute<T>;
  const Window& w = s.window;
  int64_t out[kMaxSpatial];
  int64_t in_kernel[kMaxSpatial];
  Unravel(w.out, p, out);
  Unravel(w.kernel, tap, in_kernel);
  const auto rank = static_cast<int64_t>(w.rank);
  const int64_t entry = (n * s.offset_groups + og) * s.taps() + tap;
  C position[kMaxSpatial];
  for (size_t d = 0; d < kMaxSpatial; ++d) {
    position[d] = static_cast<C>(out[d] * w.stride[d] - w.pad_begin[d] +
                                 in_kernel[d] * w.dilation[d]);
    const int64_t axis =
        static_cast<int64_t>(d + w.rank) - static_cast<int64_t>(kMaxSpatial);
    if (axis < 0) continue;
    position[d] += Widen(
        LoadAt<T>(args.in[kOffset], (entry * rank + axis) * s.points() + p));
  }
  C factor = 1;
  if (s.has_mask) {
    factor = Widen(LoadAt<T>(args.in[kMask], entry * s.points() + p));
  }
  return FindCorners<C>(w, position, factor);
}

// Columns of output points [first, first + count): row c * taps + tap.
template <typename T>
void FillColumns(const State& s, const RunArgs& args, int64_t n, int64_t first,
                 int64_t count, Compute<T>* columns) {
  const int64_t taps = s.taps();
  const int64_t share = s.channels / s.offset_groups;
  const int64_t in_points = s.window.in_points();
  args.pool->ParallelFor(s.offset_groups * taps, [&](int64_t job) {
    const int64_t og = job / taps;
    const int64_t tap = job % taps;
    for (int64_t i = 0; i < count; ++i) {
      const auto corners = CornersOf<T>(s, args, n, og, tap, first + i);
      for (int64_t c = og * share; c < (og + 1) * share; ++c) {
        const int64_t plane = (n * s.channels + c) * in_points;
        Compute<T> sum = 0;
        for (int k = 0; k < corners.count; ++k) {
          sum += corners.share[k] *
                 Widen(LoadAt<T>(args.in[kX], plane + corners.at[k]));
        }
        columns[(c * taps + tap) * count + i] = sum;
      }
    }
  });
}

struct Buffers {
  void* columns;
  void* product;  // of one group
  float* weights;
  float* packed;
};

template <typename C>
Buffers TakeBuffers(const State& s, ScratchCursor* cursor) {
  Buffers b;
  const int64_t rows = s.out_channels / s.groups;
  b.columns = cursor->Take<C>(s.channels * s.taps() * s.block);
  b.product = cursor->Take<C>(rows * s.block);
  b.weights = nullptr;
  b.packed = nullptr;
  if constexpr (std::is_same_v<C, float>) {
    b.weights = cursor->TakeStage(s.type, s.out_channels * s.depth());
    b.packed = cursor->Take<float>(
        static_cast<int64_t>(PackedFloats(s.depth(), s.block)));
  }
  return b;
}

// product[rows, count] = weights of the group * its columns.
void Multiply(const State& s, const Buffers& b, const float* weights,
              int64_t group, int64_t count, ThreadPool* pool) {
  const int64_t rows = s.out_channels / s.groups;
  const GemmShape shape = {rows, count, s.depth()};
  const float* columns =
      static_cast<const float*>(b.columns) + group * s.depth() * count;
  PackMatrix(columns, count, 1, shape, 1, *pool, b.packed);
  GemmBatch batch;
  batch.shape = shape;
  batch.a = weights + group * rows * s.depth();
  batch.packed = b.packed;
  batch.c = static_cast<float*>(b.product);
  RunGemmBatch(batch, *pool);
}

void Multiply(const State& s, const Buffers& b, const double* weights,
              int64_t group, int64_t count, ThreadPool* pool) {
  const int64_t rows = s.out_channels / s.groups;
  const double* columns =
      static_cast<const double*>(b.columns) + group * s.depth() * count;
  double* product = static_cast<double*>(b.product);
  pool->ParallelFor(rows, [&](int64_t row) {
    double* out = product + row * count;
    std::fill_n(out, count, 0.0);
    for (int64_t k = 0; k < s.depth(); ++k) {
      const double weight = weights[(group * rows + row) * s.depth() + k];
      const double* column = columns + k * count;
      for (int64_t i = 0; i < count; ++i) out[i] += weight * column[i];
    }
  });
}

// Adds the bias and stores points [first, first + count) of a group.
template <typename T>
void StoreGroup(const State& s, const RunArgs& args, const Buffers& b,
                int64_t n, int64_t group, int64_t first, int64_t count) {
  const int64_t rows = s.out_channels / s.groups;
  const auto* product = static_cast<const Compute<T>*>(b.product);
  for (int64_t row = 0; row < rows; ++row) {
    const int64_t channel = group * rows + row;
    Compute<T> bias = 0;
    if (s.has_bias) {
      bias = Widen(LoadAt<T>(args.in[kBias], channel));
    }
    const int64_t to = (n * s.out_channels + channel) * s.points() + first;
    for (int64_t i = 0; i < count; ++i) {
      StoreAt<T>(args.out[0], to + i,
                 Narrow<T>(product[row * count + i] + bias));
    }
  }
}

template <typename T>
onnxStatus RunTyped(const void* state, const RunArgs& args) {
  using C = Compute<T>;
  const State& s = *static_cast<const State*>(state);
  ScratchCursor cursor(args.scratch);
  const Buffers b = TakeBuffers<C>(s, &cursor);
  const C* weights = nullptr;
  if constexpr (std::is_same_v<C, float>) {
    weights = AsFloat(s.type, args.in[kWeights], s.out_channels * s.depth(),
                      b.weights, args.pool);
  } else {
    weights = static_cast<const C*>(args.in[kWeights]);
  }
  for (int64_t n = 0; n < s.batch; ++n) {
    for (int64_t first = 0; first < s.points(); first += s.block) {
      const int64_t count = std::min(s.block, s.points() - first);
      FillColumns<T>(s, args, n, first, count, static_cast<C*>(b.columns));
      for (int64_t group = 0; group < s.groups; ++group) {
        Multiply(s, b, weights, group, count, args.pool);
        StoreGroup<T>(s, args, b, n, group, first, count);
      }
    }
  }
  return ONNXIFI_STATUS_SUCCESS;
}

// The shapes of all inputs against each other.
bool ShapesFit(const PrepareContext& ctx, const State& s) {
  const auto wanted = [&](int64_t channels) {
    return WindowOutput(s.window, s.batch, channels);
  };
  const auto rank = static_cast<int64_t>(s.window.rank);
  const int64_t entries = s.offset_groups * s.taps();
  return ctx.in(kWeights).dims[1] * s.groups == s.channels &&
         s.out_channels % s.groups == 0 && s.channels % s.offset_groups == 0 &&
         ctx.in(kOffset).dims == wanted(entries * rank) &&
         (!ctx.HasInput(kMask) || ctx.in(kMask).dims == wanted(entries)) &&
         (!ctx.HasInput(kBias) || ctx.in(kBias).dims == Shape{s.out_channels});
}

Status ReadShapes(const PrepareContext& ctx, State* s) {
  const Shape& x = ctx.in(kX).dims;
  const Shape& weights = ctx.in(kWeights).dims;
  if (weights.size() != x.size() || x.size() < 3) {
    return ShapeError(ctx, StrCat("input ", ShapeText(x), " and weights ",
                                  ShapeText(weights), " do not fit"));
  }
  const std::span<const int64_t> kernel(weights);
  ONNXIFI_ASSIGN_OR_RETURN(s->window,
                           ReadWindow(ctx, x, kernel.subspan(2), false));
  s->type = ctx.in(kX).type;
  s->batch = x[0];
  s->channels = x[1];
  s->out_channels = weights[0];
  s->groups = ctx.attrs().Int("group", 1);
  s->offset_groups = ctx.attrs().Int("offset_group", 1);
  s->has_bias = ctx.HasInput(kBias);
  s->has_mask = ctx.HasInput(kMask);
  bool fits = s->groups > 0 && s->groups <= std::max<int64_t>(s->channels, 1) &&
              s->offset_groups > 0 &&
              s->offset_groups <= std::max<int64_t>(s->channels, 1);
  for (size_t i = 0; i < ctx.input_count(); ++i) {
    fits = fits && (!ctx.HasInput(i) || ctx.in(i).type == s->type);
  }
  if (fits && ShapesFit(ctx, *s)) return Status::Ok();
  return ShapeError(
      ctx,
      StrCat("input ", ShapeText(x), ", weights ", ShapeText(weights),
             " and offset ", ShapeText(ctx.in(kOffset).dims), " do not fit"));
}

Status Prepare(PrepareContext& ctx) {
  State s;
  ONNXIFI_RETURN_IF_ERROR(ReadShapes(ctx, &s));
  int64_t height = 0;
  if (!CheckedMul(s.channels, s.taps(), &height) || height > kMostRows) {
    return ShapeError(ctx, "the kernel is too large");
  }
  height = std::max<int64_t>(height, 1);
  s.block = std::clamp<int64_t>(kColumnElements / height, 16,
                                std::max<int64_t>(s.points(), 16));
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(
      0, {s.type, WindowOutput(s.window, s.batch, s.out_channels)}));
  ScratchCursor cursor(nullptr);
  if (s.type == DataType::kDouble) {
    TakeBuffers<double>(s, &cursor);
  } else {
    TakeBuffers<float>(s, &cursor);
  }
  ctx.BookScratch(cursor.bytes());
  RunFn run = nullptr;
  DispatchType<FloatTypes>(s.type, [&]<typename T>() { run = &RunTyped<T>; });
  ctx.SetStepState(run, s);
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(deform_conv, {.op = "DeformConv",
                                 .supports = &Supports,
                                 .prepare = &Prepare});

}  // namespace onnxifi::cpu
