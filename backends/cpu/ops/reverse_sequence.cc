#include <algorithm>

#include "backends/common/ops/op_util.h"
#include "backends/cpu/kernels/block_copy.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

using graph::DataType;

struct State {
  bool time_first = true;  // dims are [time, batch, ...], else [batch, time]
  int64_t time = 0;
  int64_t batch = 0;
  int64_t block = 0;  // bytes of one (time, batch) entry
};

Reject Supports(const NodeView& n) {
  const int64_t time = n.attrs().Int("time_axis", 0);
  const int64_t batch = n.attrs().Int("batch_axis", 1);
  if (time + batch != 1 || time * batch != 0) {
    return {RejectReason::kAttribute, "time_axis and batch_axis"};
  }
  if (Reject r = RequireMovable(n, {0}); !r.supported()) return r;
  return RequireType(n, 1, {DataType::kInt64});
}

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  const char* in = static_cast<const char*>(args.in[0]);
  char* out = static_cast<char*>(args.out[0]);
  for (int64_t b = 0; b < s.batch; ++b) {
    const int64_t length = LoadInt(args.in[1], DataType::kInt64, b);
    if (length < 0 || length > s.time) return ONNXIFI_STATUS_INTERNAL_ERROR;
  }
  const int64_t grain = std::max<int64_t>((1 << 16) / (s.block + 8), 1);
  const auto entry = [&](int64_t b, int64_t t) {
    return (s.time_first ? t * s.batch + b : b * s.time + t) * s.block;
  };
  args.pool->ParallelRange(
      s.batch * s.time, grain, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) {
          const int64_t b = i / s.time;
          const int64_t t = i % s.time;
          const int64_t length = LoadInt(args.in[1], DataType::kInt64, b);
          const int64_t from = t < length ? length - 1 - t : t;
          CopyBlock(in + entry(b, from), out + entry(b, t), s.block);
        }
      });
  return ONNXIFI_STATUS_SUCCESS;
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc& in = ctx.in(0);
  if (in.dims.size() < 2) {
    return ShapeError(ctx, StrCat("input ", ShapeText(in.dims),
                                  " has no time and batch axes"));
  }
  State state;
  state.time_first = ctx.attrs().Int("time_axis", 0) == 0;
  state.time = in.dims[state.time_first ? 0 : 1];
  state.batch = in.dims[state.time_first ? 1 : 0];
  state.block = Product(std::span<const int64_t>(in.dims).subspan(2)) *
                ElementBytes(in.type);
  if (Product(ctx.in(1).dims) != state.batch) {
    return ShapeError(ctx, "sequence_lens needs one length per batch");
  }
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, in));
  ctx.SetStepState(&Run, state);
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(reverse_sequence, {.op = "ReverseSequence",
                                      .supports = &Supports,
                                      .prepare = &Prepare});

}  // namespace onnxifi::cpu
