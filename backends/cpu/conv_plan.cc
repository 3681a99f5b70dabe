#include "backends/cpu/conv_plan.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "backends/common/ops/op_util.h"
#include "backends/cpu/kernels/conv_generic.h"
#include "backends/cpu/kernels/elementwise_util.h"
#include "backends/cpu/kernels/type_dispatch.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {

namespace {

struct GenericState {
  GenericConv conv;
  Activation activation;
  bool bias = false;
  bool residual = false;
  std::vector<float> weight_scale;   // per output channel, or empty
  std::vector<int64_t> input_order;  // of input channels, or empty
};

// Accumulators: double for double, float below.
template <typename T>
using AccOf = std::conditional_t<std::is_same_v<T, double>, double, float>;

template <typename T>
AccOf<T> Widen(T x) {
  if constexpr (std::is_same_v<T, double>) {
    return x;
  } else {
    return ToFloat(x);
  }
}

template <typename T>
T Narrow(AccOf<T> x) {
  if constexpr (std::is_same_v<T, double> || std::is_same_v<T, float>) {
    return x;
  } else {
    return FromFloat<T>(x);
  }
}

template <typename T>
onnxStatus RunGeneric(const void* state, const RunArgs& args) {
  const GenericState& s = *static_cast<const GenericState*>(state);
  const T* bias = s.bias ? static_cast<const T*>(args.in[2]) : nullptr;
  T* out = static_cast<T*>(args.out[0]);
  GenericConv conv = s.conv;
  if (!s.input_order.empty()) conv.input_order = s.input_order.data();
  const auto load_x = [](T x) { return Widen(x); };
  const auto load_w = [](int64_t, T w) { return Widen(w); };
  RunGenericConv<AccOf<T>>(
      conv, static_cast<const T*>(args.in[0]),
      static_cast<const T*>(args.in[1]), out, *args.pool, load_x, load_w,
      [&](int64_t o, AccOf<T> sum) {
        if (!s.weight_scale.empty()) {
          sum *= AccOf<T>{s.weight_scale[static_cast<size_t>(o)]};
        }
        return Narrow<T>(bias == nullptr ? sum : sum + Widen(bias[o]));
      });
  return ONNXIFI_STATUS_SUCCESS;
}

// The same with residual and activation, which only float32 nodes have.
onnxStatus RunGenericFused(const void* state, const RunArgs& args) {
  const onnxStatus status = RunGeneric<float>(state, args);
  const GenericState& s = *static_cast<const GenericState*>(state);
  const float* residual =
      s.residual ? static_cast<const float*>(args.in[3]) : nullptr;
  float* out = static_cast<float*>(args.out[0]);
  const int64_t count =
      s.conv.batch * s.conv.out_channels * s.conv.window.out_points();
  for (int64_t i = 0; i < count; ++i) {
    const float sum = residual == nullptr ? out[i] : out[i] + residual[i];
    out[i] = Apply(s.activation, sum);
  }
  return status;
}

}  // namespace

Status PlanGenericConv(PrepareContext& ctx, const ConvNode& conv) {
  const graph::DataType type = ctx.in(0).type;
  for (size_t i = 0; i < ctx.input_count(); ++i) {
    if (ctx.HasInput(i)) {
      ONNXIFI_RETURN_IF_ERROR(ctx.RequireLayout(i, Layout::kPlain));
    }
  }
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(
      0, {type, WindowOutput(conv.window, conv.batch, conv.out_channels)}));
  GenericState state;
  state.conv = {conv.window,      conv.batch,        conv.groups,
                conv.in_channels, conv.out_channels, nullptr};
  state.input_order = conv.input_order;
  state.activation = conv.activation;
  state.bias = ctx.HasInput(2);
  state.residual = conv.residual;
  state.weight_scale = conv.weight_scale;
  RunFn fn = nullptr;
  DispatchType<FloatTypes>(type, [&]<typename T>() { fn = &RunGeneric<T>; });
  if (conv.residual || conv.activation.kind != Activation::Kind::kNone) {
    fn = &RunGenericFused;
  }
  ctx.SetStepState(fn, std::move(state));
  return Status::Ok();
}

void CopyScaledWeights(const ConvNode& conv, const void* weights, int64_t first,
                       int64_t rows, int64_t row, float* out, int64_t out_row) {
  const char* from = static_cast<const char*>(weights) +
                     static_cast<size_t>(first * row) * sizeof(float);
  for (int64_t r = 0; r < rows; ++r) {
    float* to = out + r * out_row;
    std::memcpy(to, from + static_cast<size_t>(r * row) * sizeof(float),
                static_cast<size_t>(row) * sizeof(float));
    if (conv.weight_scale.empty()) continue;
    const float scale = conv.weight_scale[static_cast<size_t>(first + r)];
    for (int64_t i = 0; i < row; ++i) to[i] *= scale;
  }
}

Status PrepareConv(PrepareContext& ctx) {
  ONNXIFI_ASSIGN_OR_RETURN(const ConvNode conv, ReadConvNode(ctx));
  ONNXIFI_ASSIGN_OR_RETURN(const bool planned, PlanFastConv(ctx, conv));
  return planned ? Status::Ok() : PlanGenericConv(ctx, conv);
}

Reject SupportsConv(const NodeView& node) {
  for (size_t i = 0; i < node.input_count(); ++i) {
    Reject reject = RequireTypeIn<FloatTypes>(node, i);
    if (!reject.supported()) return reject;
  }
  return SupportsWindow(node);
}

}  // namespace onnxifi::cpu
