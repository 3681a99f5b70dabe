#include <algorithm>

#include "backends/common/fusion/passes.h"
#include "backends/common/ops/op_util.h"
#include "backends/cpu/aligned_floats.h"
#include "backends/cpu/kernels/elementwise_util.h"
#include "backends/cpu/kernels/type_dispatch.h"
#include "backends/cpu/kernels/vector_kernels.h"
#include "base/checked.h"

namespace onnxifi::cpu {
namespace {

// y = clamp(x * scale + shift) with one scale and shift per channel: what
// fusion makes of batch normalisations that no convolution takes.
struct State {
  AlignedFloats scale;  // padded to the block
  AlignedFloats shift;
  ClampForm clamp;
  int64_t planes = 0;  // batch x channels, or batch x channel blocks
  int64_t per_image = 0;
  int64_t points = 0;
  int block = 0;
};

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  const VectorKernels& v = Vectors();
  const float* x = static_cast<const float*>(args.in[0]);
  float* y = static_cast<float*>(args.out[0]);
  const int64_t lanes = std::max(1, s.block);
  const int64_t size = s.points * lanes;
  args.pool->ParallelRange(
      s.planes, 1 + kElementGrain / std::max<int64_t>(1, size),
      [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) {
          const int64_t channel = i % s.per_image * lanes;
          if (s.block == 0) {
            v.scale_row(x + i * size, s.scale.data()[channel],
                        s.shift.data()[channel], s.clamp.lo, s.clamp.hi,
                        y + i * size, s.points);
          } else {
            v.scale_block(s.block, x + i * size, s.scale.data() + channel,
                          s.shift.data() + channel, s.clamp.lo, s.clamp.hi,
                          y + i * size, s.points);
          }
        }
      });
  return ONNXIFI_STATUS_SUCCESS;
}

Reject Supports(const NodeView& node) {
  return RequireTypeIn<TypeList<float>>(node, 0);
}

Result<AlignedFloats> Padded(const PrepareContext& ctx, size_t i,
                             int64_t count) {
  AlignedFloats values;
  ONNXIFI_RETURN_IF_ERROR(values.Allocate(static_cast<size_t>(count)));
  const graph::TensorData& data = *ctx.ConstantIn(i);
  std::copy_n(static_cast<const char*>(data.data), data.bytes,
              reinterpret_cast<char*>(values.data()));
  return values;
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc in = ctx.in(0);
  if (in.dims.size() < 2 || ctx.in(1).dims != graph::Shape{in.dims[1]}) {
    return ShapeError(ctx, "the channels do not fit the parameters");
  }
  State state;
  state.block = static_cast<int>(in.layout);
  const int64_t lanes = std::max(1, state.block);
  state.per_image = CeilDiv(in.dims[1], lanes);
  state.planes = in.dims[0] * state.per_image;
  state.points = Product(std::span<const int64_t>(in.dims).subspan(2));
  state.clamp = *AsClamp(ReadActivation(ctx.node()));
  ONNXIFI_ASSIGN_OR_RETURN(state.scale,
                           Padded(ctx, 1, state.per_image * lanes));
  ONNXIFI_ASSIGN_OR_RETURN(state.shift,
                           Padded(ctx, 2, state.per_image * lanes));
  ctx.ReleaseInput(1);
  ctx.ReleaseInput(2);
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, in));
  ctx.AllowInPlace(0, 0);
  ctx.SetStep(&Run, std::make_shared<const State>(std::move(state)));
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(channel_affine, {.domain = kFusedDomain,
                                    .op = "ChannelAffine",
                                    .supports = &Supports,
                                    .prepare = &Prepare,
                                    .any_layout = true});

}  // namespace onnxifi::cpu
