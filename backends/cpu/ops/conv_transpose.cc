#include <algorithm>

#include "backends/common/ops/op_util.h"
#include "backends/cpu/kernels/conv_generic.h"
#include "backends/cpu/kernels/elementwise_util.h"
#include "backends/cpu/kernels/type_dispatch.h"
#include "base/str_cat.h"

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
  const graph::Shape& w = ctx.in(1).dims;
  if (x.dims.size() < 3 || w.size() != x.dims.size()) {
    return ShapeError(ctx, StrCat("data ", ShapeText(x.dims), " and weights ",
                                  ShapeText(w), " do not fit"));
  }
  State state;
  GenericConv& conv = state.conv;
  ONNXIFI_ASSIGN_OR_RETURN(
      conv.window, ReadTransposedWindow(
                       ctx, x.dims, std::span<const int64_t>(w).subspan(2)));
  conv.batch = x.dims[0];
  conv.groups = ctx.attrs().Int("group", 1);
  conv.in_channels = x.dims[1];
  if (conv.groups < 1 || w[0] != x.dims[1] ||
      conv.in_channels % conv.groups != 0 ||
      conv.groups > std::max<int64_t>(1, conv.in_channels)) {
    return ShapeError(ctx,
                      StrCat("weights ", ShapeText(w), " in ", conv.groups,
                             " groups do not fit data ", ShapeText(x.dims)));
  }
  conv.out_channels = w[1] * conv.groups;
  state.bias = ctx.HasInput(2);
  if (state.bias && ctx.in(2).dims != graph::Shape{conv.out_channels}) {
    return ShapeError(ctx, StrCat("bias of shape ", ShapeText(ctx.in(2).dims),
                                  " for ", conv.out_channels, " channels"));
  }
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
