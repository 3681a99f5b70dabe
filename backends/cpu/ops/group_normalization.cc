#include <algorithm>
#include <cmath>

#include "backends/cpu/kernels/float_stage.h"
#include "backends/cpu/kernels/move_util.h"
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
    if (Reject r = RequireType(
            n, i, {DataType::kFloat, DataType::kFloat16, DataType::kBfloat16});
        !r.supported()) {
      return r;
    }
  }
  return {};
}

struct Buffers {
  float* in;
  float* scale;
  float* bias;
  float* out;
};

Buffers TakeBuffers(const State& s, ScratchCursor* cursor) {
  Buffers b;
  b.in = cursor->TakeStage(s.type, s.count());
  b.scale = cursor->TakeStage(s.type, s.scales());
  b.bias = cursor->TakeStage(s.type, s.scales());
  b.out = cursor->TakeStage(s.type, s.count());
  return b;
}

void NormalizeGroup(const State& s, int64_t group, const float* x,
                    const float* scale, const float* bias, float* y) {
  const int64_t width = s.channels / s.groups;
  const int64_t count = width * s.inner;
  double mean = 0;
  double squares = 0;
  Vectors().moments(x, count, &mean, &squares);
  const double factor =
      1 / std::sqrt(squares / static_cast<double>(count) + s.epsilon);
  for (int64_t c = 0; c < width; ++c) {
    const int64_t at = s.by_group ? group : group * width + c;
    Vectors().centre_row(x + c * s.inner, mean,
                         static_cast<float>(factor * scale[at]), bias[at],
                         y + c * s.inner, s.inner);
  }
}

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  if (s.count() == 0) return ONNXIFI_STATUS_SUCCESS;
  ScratchCursor cursor(args.scratch);
  const Buffers b = TakeBuffers(s, &cursor);
  const float* in = AsFloat(s.type, args.in[0], s.count(), b.in, args.pool);
  const float* scale =
      AsFloat(s.type, args.in[1], s.scales(), b.scale, args.pool);
  const float* bias =
      AsFloat(s.type, args.in[2], s.scales(), b.bias, args.pool);
  float* out = FloatTarget(s.type, args.out[0], b.out);
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
  ScratchCursor cursor(nullptr);
  TakeBuffers(s, &cursor);
  ctx.BookScratch(cursor.bytes());
  ctx.SetStepState(&Run, s);
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(group_normalization, {.op = "GroupNormalization",
                                         .supports = &Supports,
                                         .prepare = &Prepare});

}  // namespace onnxifi::cpu
