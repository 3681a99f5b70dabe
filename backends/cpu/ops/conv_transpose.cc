#include "backends/common/ops/conv_node.h"
#include "backends/common/ops/op_util.h"
#include "backends/cpu/kernels/conv_generic.h"
#include "backends/cpu/kernels/elementwise_util.h"
#include "backends/cpu/kernels/type_dispatch.h"

namespace onnxifi::cpu {
namespace {

struct State {
  GenericConv conv;
  bool bias = false;
};

template <typename T>
onnxStatus Run(const void* state, const RunArgs& args) {
  using Acc = std::conditional_t<std::is_same_v<T, double>, double, float>;
  const State& s = *static_cast<const State*>(state);
  const auto load = [](T x) -> Acc {
    if constexpr (std::is_class_v<T>) {
      return ToFloat(x);
    } else {
      return x;
    }
  };
  const T* bias = s.bias ? static_cast<const T*>(args.in[2]) : nullptr;
  RunGenericTransposed<Acc>(s.conv, static_cast<const T*>(args.in[0]),
                            static_cast<const T*>(args.in[1]),
                            static_cast<T*>(args.out[0]), *args.pool, load,
                            [&](int64_t o, Acc sum) -> T {
                              if (bias != nullptr) sum += load(bias[o]);
                              if constexpr (std::is_class_v<T>) {
                                return FromFloat<T>(sum);
                              } else {
                                return sum;
                              }
                            });
  return ONNXIFI_STATUS_SUCCESS;
}

Reject Supports(const NodeView& node) {
  for (size_t i = 0; i < node.input_count(); ++i) {
    Reject reject = RequireTypeIn<FloatTypes>(node, i);
    if (!reject.supported()) return reject;
  }
  return SupportsWindow(node);
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc& x = ctx.in(0);
  ONNXIFI_ASSIGN_OR_RETURN(const ConvNode node, ReadTransposedConvNode(ctx));
  State state;
  GenericConv& conv = state.conv;
  conv.window = node.window;
  conv.batch = node.batch;
  conv.groups = node.groups;
  conv.in_channels = node.in_channels;
  conv.out_channels = node.out_channels;
  state.bias = ctx.HasInput(2);
  RunFn fn = nullptr;
  DispatchType<FloatTypes>(x.type, [&]<typename T>() { fn = &Run<T>; });
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(
      0, {x.type, WindowOutput(conv.window, conv.batch, conv.out_channels)}));
  ctx.SetStepState(fn, state);
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(conv_transpose, {.op = "ConvTranspose",
                                    .supports = &Supports,
                                    .prepare = &Prepare});

}  // namespace onnxifi::cpu
