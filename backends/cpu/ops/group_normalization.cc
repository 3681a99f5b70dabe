#include <algorithm>
#include <cmath>

#include "backends/common/ops/op_util.h"
#include "backends/cpu/kernels/elementwise_util.h"
#include "backends/cpu/kernels/float_stage.h"
#include "backends/cpu/kernels/type_dispatch.h"
#include "backends/cpu/kernels/vector_kernels.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

struct State {
  DataType type = DataType::kFloat;
  int64_t batch = 0;
  int64_t channels = 0;
  int64_t groups = 1;
  int64_t inner = 1;
  // Opset 18 has one scale and bias a group, 21 one a channel.
  bool by_group = false;
  float epsilon = 1e-5F;

  int64_t count() const { return batch * channels * inner; }
  int64_t scales() const { return by_group ? groups : channels; }
};

Reject Supports(const NodeView& n) {
  for (size_t i = 0; i < 3; ++i) {
    if (Reject r = RequireTypeIn<FloatTypes>(n, i); !r.supported()) return r;
  }
  return {};
}

// F: what is computed in, double for double and float for other types.
template <typename F>
struct Buffers {
  F* in;
  F* scale;
  F* bias;
  F* out;
};

template <typename F>
Buffers<F> TakeBuffers(const State& s, ScratchCursor* cursor) {
  Buffers<F> b;
  b.in = cursor->TakeStage<F>(s.type, s.count());
  b.scale = cursor->TakeStage<F>(s.type, s.scales());
  b.bias = cursor->TakeStage<F>(s.type, s.scales());
  b.out = cursor->TakeStage<F>(s.type, s.count());
  return b;
}

// The mean, and the sum of squares around it.
void Moments(const float* x, int64_t count, double* mean, double* squares) {
  Vectors().moments(x, count, mean, squares);
}

void Moments(const double* x, int64_t count, double* mean, double* squares) {
  for (int64_t i = 0; i < count; ++i) *mean += x[i];
  *mean /= static_cast<double>(count);
  for (int64_t i = 0; i < count; ++i) {
    *squares += (x[i] - *mean) * (x[i] - *mean);
  }
}

// y = (x - mean) * scale + shift
void Centre(const float* x, double mean, double scale, float shift, float* y,
            int64_t count) {
  Vectors().centre_row(x, mean, static_cast<float>(scale), shift, y, count);
}

void Centre(const double* x, double mean, double scale, double shift, double* y,
            int64_t count) {
  for (int64_t i = 0; i < count; ++i) y[i] = (x[i] - mean) * scale + shift;
}

template <typename F>
void NormalizeGroup(const State& s, int64_t group, const F* x, const F* scale,
                    const F* bias, F* y) {
  const int64_t width = s.channels / s.groups;
  const int64_t count = width * s.inner;
  double mean = 0;
  double squares = 0;
  Moments(x, count, &mean, &squares);
  const double factor =
      1 / std::sqrt(squares / static_cast<double>(count) + s.epsilon);
  for (int64_t c = 0; c < width; ++c) {
    const int64_t at = s.by_group ? group : group * width + c;
    Centre(x + c * s.inner, mean, factor * scale[at], bias[at], y + c * s.inner,
           s.inner);
  }
}

template <typename F>
onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  if (s.count() == 0) return ONNXIFI_STATUS_SUCCESS;
  ScratchCursor cursor(args.scratch);
  const Buffers<F> b = TakeBuffers<F>(s, &cursor);
  const F* in = AsFloat(s.type, args.in[0], s.count(), b.in, args.pool);
  const F* scale = AsFloat(s.type, args.in[1], s.scales(), b.scale, args.pool);
  const F* bias = AsFloat(s.type, args.in[2], s.scales(), b.bias, args.pool);
  F* out = FloatTarget(s.type, args.out[0], b.out);
  const int64_t size = s.channels / s.groups * s.inner;
  const int64_t grain = std::max<int64_t>((1 << 14) / size, 1);
  args.pool->ParallelRange(s.batch * s.groups, grain,
                           [&](int64_t begin, int64_t end) {
                             for (int64_t i = begin; i < end; ++i) {
                               NormalizeGroup(s, i % s.groups, in + i * size,
                                              scale, bias, out + i * size);
                             }
                           });
  StoreFloat(s.type, out, args.out[0], s.count(), args.pool);
  return ONNXIFI_STATUS_SUCCESS;
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc& in = ctx.in(0);
  ONNXIFI_RETURN_IF_ERROR(CheckOneType(ctx, {1, 2}));
  State s;
  s.type = in.type;
  s.groups = ctx.attrs().Int("num_groups", 0);
  s.epsilon = ctx.attrs().Float("epsilon", 1e-5F);
  s.by_group = ctx.opset() < 21;
  if (in.dims.size() < 2 || s.groups < 1 || in.dims[1] % s.groups != 0) {
    return ShapeError(
        ctx, StrCat("input ", ShapeText(in.dims), " does not divide into ",
                    s.groups, " groups"));
  }
  s.batch = in.dims[0];
  s.channels = in.dims[1];
  s.inner = Product(std::span<const int64_t>(in.dims).subspan(2));
  if (Product(ctx.in(1).dims) != s.scales() ||
      Product(ctx.in(2).dims) != s.scales()) {
    return ShapeError(ctx, "scale and bias do not fit");
  }
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {in.type, in.dims}));
  DispatchFloat(s.type == DataType::kDouble, [&]<typename F>() {
    ScratchCursor cursor(nullptr);
    TakeBuffers<F>(s, &cursor);
    ctx.BookScratch(cursor.bytes());
    ctx.SetStepState(&Run<F>, s);
  });
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(group_normalization, {.op = "GroupNormalization",
                                         .supports = &Supports,
                                         .prepare = &Prepare});

}  // namespace onnxifi::cpu
