#include <algorithm>
#include <cmath>

#include "backends/common/ops/op_util.h"
#include "backends/cpu/kernels/number_bytes.h"
#include "backends/cpu/kernels/type_dispatch.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

using ConvTypes = TypeList<float, Float16, Bfloat16>;

struct State {
  DataType type = DataType::kFloat;
  int64_t batch = 0;
  int64_t channels = 0;
  int64_t length = 0;
  int64_t taps = 1;
  bool has_bias = false;
  bool has_past = false;
  bool has_present = false;
  bool silu = false;
};

Reject Supports(const NodeView& n) {
  const auto activation = n.attrs().String("activation", "none");
  if (activation != "none" && activation != "silu" && activation != "swish") {
    return {RejectReason::kAttribute, "activation"};
  }
  for (size_t i = 0; i < n.input_count(); ++i) {
    if (n.HasInput(i) && !HasType<ConvTypes>(n.input_type(i))) {
      return {RejectReason::kDataType, StrCat("input ", i)};
    }
  }
  return {};
}

// One channel of one batch entry.
template <typename T>
void RunRow(const State& s, int64_t row, const RunArgs& args) {
  const int64_t channel = row % s.channels;
  const int64_t before = s.taps - 1;
  // The signal with its past in front; zeros when there is none.
  const auto signal = [&](int64_t i) -> T {
    if (i >= before) {
      return LoadAt<T>(args.in[0], row * s.length + i - before);
    }
    return s.has_past ? LoadAt<T>(args.in[3], row * before + i) : T{};
  };
  const float bias =
      s.has_bias ? static_cast<float>(Widen(LoadAt<T>(args.in[2], channel)))
                 : 0.0F;
  for (int64_t i = 0; i < s.length; ++i) {
    float sum = bias;
    for (int64_t k = 0; k < s.taps; ++k) {
      sum += Widen(signal(i + k)) *
             Widen(LoadAt<T>(args.in[1], channel * s.taps + k));
    }
    if (s.silu) sum = sum / (1 + std::exp(-sum));
    StoreAt<T>(args.out[0], row * s.length + i, Narrow<T>(sum));
  }
  for (int64_t i = 0; s.has_present && i < before; ++i) {
    StoreAt<T>(args.out[1], row * before + i, signal(s.length + i));
  }
}

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  const int64_t work = s.length * s.taps + 1;
  DispatchType<ConvTypes>(s.type, [&]<typename T>() {
    args.pool->ParallelRange(s.batch * s.channels,
                             std::max<int64_t>(8192 / work, 1),
                             [&](int64_t begin, int64_t end) {
                               for (int64_t row = begin; row < end; ++row) {
                                 RunRow<T>(s, row, args);
                               }
                             });
  });
  return ONNXIFI_STATUS_SUCCESS;
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc& in = ctx.in(0);
  const Shape& w = ctx.in(1).dims;
  const bool fits = in.dims.size() == 3 && w.size() == 3 &&
                    w[0] == in.dims[1] && w[1] == 1 && w[2] >= 1;
  State s;
  s.has_bias = ctx.HasInput(2);
  s.has_past = ctx.HasInput(3);
  s.has_present = ctx.HasOutput(1);
  if (!fits || (s.has_bias && ctx.in(2).dims != Shape{w[0]}) ||
      (s.has_past &&
       ctx.in(3).dims != Shape{in.dims[0], in.dims[1], w[2] - 1})) {
    return ShapeError(
        ctx, StrCat("weight ", ShapeText(w),
                    ", bias or state do not fit input ", ShapeText(in.dims)));
  }
  s.type = in.type;
  for (size_t i = 1; i < ctx.input_count(); ++i) {
    if (ctx.HasInput(i) && ctx.in(i).type != in.type) {
      return ShapeError(ctx, "the inputs have different types");
    }
  }
  s.batch = in.dims[0];
  s.channels = in.dims[1];
  s.length = in.dims[2];
  s.taps = w[2];
  s.silu = ctx.attrs().String("activation", "none") != "none";
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {in.type, in.dims}));
  if (s.has_present) {
    ONNXIFI_RETURN_IF_ERROR(
        ctx.SetOutput(1, {in.type, {s.batch, s.channels, s.taps - 1}}));
  }
  ctx.SetStepState(&Run, s);
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(causal_conv_with_state, {.op = "CausalConvWithState",
                                            .supports = &Supports,
                                            .prepare = &Prepare});

}  // namespace onnxifi::cpu
