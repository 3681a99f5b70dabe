#include "backends/common/ops/conv_node.h"
#include "backends/common/ops/op_util.h"
#include "backends/common/ops/quantized_node.h"
#include "backends/cpu/conv_plan.h"
#include "backends/cpu/kernels/conv_generic.h"
#include "backends/cpu/kernels/integer_load.h"
#include "backends/cpu/kernels/type_dispatch.h"

namespace onnxifi::cpu {
namespace {

// ConvInteger (sums as they are) and QLinearConv (sums scaled to bytes).
struct State {
  GenericConv conv;
  QuantParameter x_zero, w_zero, y_zero;
  QuantParameter x_scale, w_scale, y_scale;
  size_t weights = 1;  // input that holds them
  bool bias = false;
};

template <typename X, typename W>
onnxStatus RunInteger(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  const int32_t x_zero = s.x_zero.Zero(args, 0);
  RunGenericConv<int64_t>(
      s.conv, static_cast<const X*>(args.in[0]),
      static_cast<const W*>(args.in[s.weights]),
      static_cast<int32_t*>(args.out[0]), *args.pool,
      [&](X x) { return int32_t{x} - x_zero; },
      [&](int64_t o, W w) { return int32_t{w} - s.w_zero.Zero(args, o); },
      [](int64_t, int64_t sum) { return static_cast<int32_t>(sum); });
  return ONNXIFI_STATUS_SUCCESS;
}

template <typename X, typename W>
onnxStatus RunLinear(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  const int32_t x_zero = s.x_zero.Zero(args, 0);
  const int32_t y_zero = s.y_zero.Zero(args, 0);
  const double scale = s.x_scale.Scale(args, 0) / s.y_scale.Scale(args, 0);
  const int32_t* bias =
      s.bias ? static_cast<const int32_t*>(args.in[8]) : nullptr;
  // The output has the type of its zero point, which may not be that of x.
  const auto run = [&]<typename Y>() {
    RunGenericConv<int64_t>(
        s.conv, static_cast<const X*>(args.in[0]),
        static_cast<const W*>(args.in[s.weights]), static_cast<Y*>(args.out[0]),
        *args.pool, [&](X x) { return int32_t{x} - x_zero; },
        [&](int64_t o, W w) { return int32_t{w} - s.w_zero.Zero(args, o); },
        [&](int64_t o, int64_t sum) {
          const int64_t total = sum + (bias == nullptr ? 0 : bias[o]);
          return QuantizeTo<Y>(
              static_cast<double>(total) * scale * s.w_scale.Scale(args, o),
              y_zero);
        });
  };
  if (s.y_zero.type == graph::DataType::kInt8) {
    run.template operator()<int8_t>();
  } else {
    run.template operator()<uint8_t>();
  }
  return ONNXIFI_STATUS_SUCCESS;
}

Status ReadShapes(const PrepareContext& ctx, State* s) {
  ONNXIFI_ASSIGN_OR_RETURN(const ConvNode node, ReadConvSizes(ctx, s->weights));
  s->conv.window = node.window;
  s->conv.batch = node.batch;
  s->conv.groups = node.groups;
  s->conv.in_channels = node.in_channels;
  s->conv.out_channels = node.out_channels;
  return Status::Ok();
}

Reject SupportsInteger(const NodeView& node) {
  for (size_t i = 0; i < node.input_count(); ++i) {
    Reject reject = RequireTypeIn<ByteTypes>(node, i);
    if (!reject.supported()) return reject;
  }
  return SupportsWindow(node);
}

Reject SupportsLinear(const NodeView& node) {
  for (const size_t i : {0, 2, 3, 5, 7}) {
    Reject reject = RequireTypeIn<ByteTypes>(node, i);
    if (!reject.supported()) return reject;
  }
  for (const size_t i : {1, 4, 6}) {
    Reject reject = RequireTypeIn<FloatTypes>(node, i);
    if (!reject.supported()) return reject;
  }
  return SupportsWindow(node);
}

Status PrepareInteger(PrepareContext& ctx) {
  State state;
  ONNXIFI_RETURN_IF_ERROR(ReadShapes(ctx, &state));
  state.x_zero = QuantParameter::Of(ctx, 2);
  state.w_zero = QuantParameter::Of(ctx, 3);
  ONNXIFI_RETURN_IF_ERROR(CheckChannelParameter(ctx, 2, 1));
  ONNXIFI_RETURN_IF_ERROR(
      CheckChannelParameter(ctx, 3, state.conv.out_channels));
  RunFn fn = nullptr;
  DispatchBytes(ctx.in(0).type, ctx.in(1).type,
                [&]<typename X, typename W>() { fn = &RunInteger<X, W>; });
  ONNXIFI_RETURN_IF_ERROR(
      ctx.SetOutput(0, {graph::DataType::kInt32,
                        WindowOutput(state.conv.window, state.conv.batch,
                                     state.conv.out_channels)}));
  ctx.SetStepState(fn, state);
  return Status::Ok();
}

Status PrepareLinear(PrepareContext& ctx) {
  State state;
  state.weights = 3;
  ONNXIFI_RETURN_IF_ERROR(ReadShapes(ctx, &state));
  state.x_scale = QuantParameter::Of(ctx, 1);
  state.x_zero = QuantParameter::Of(ctx, 2);
  state.w_scale = QuantParameter::Of(ctx, 4);
  state.w_zero = QuantParameter::Of(ctx, 5);
  state.y_scale = QuantParameter::Of(ctx, 6);
  state.y_zero = QuantParameter::Of(ctx, 7);
  state.bias = ctx.HasInput(8);
  const int64_t channels = state.conv.out_channels;
  for (const size_t i : {1, 2, 6, 7}) {
    ONNXIFI_RETURN_IF_ERROR(CheckChannelParameter(ctx, i, 1));
  }
  for (const size_t i : {4, 5}) {
    ONNXIFI_RETURN_IF_ERROR(CheckChannelParameter(ctx, i, channels));
  }
  if (state.bias && ctx.in(8).dims != graph::Shape{channels}) {
    return ShapeError(ctx, "the bias does not fit the channels");
  }
  RunFn fn = nullptr;
  DispatchBytes(ctx.in(0).type, ctx.in(3).type,
                [&]<typename X, typename W>() { fn = &RunLinear<X, W>; });
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(
      0, {ctx.in(7).type,
          WindowOutput(state.conv.window, state.conv.batch, channels)}));
  ctx.SetStepState(fn, state);
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(qlinear_conv,
                   {.op = "QLinearConv",
                    .supports = &SupportsLinear,
                    .prepare = &PrepareLinear},
                   {.op = "ConvInteger",
                    .supports = &SupportsInteger,
                    .prepare = &PrepareInteger});

}  // namespace onnxifi::cpu
