#include <memory>

#include "backends/cpu/conv_plan.h"
#include "backends/cpu/cpu_features.h"
#include "backends/cpu/kernels/winograd_conv.h"
#include "base/checked.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {

namespace {

struct WinogradState {
  WinogradShape shape;
  std::shared_ptr<const AlignedFloats> weights;
  AlignedFloats bias;
  ClampForm clamp;
};

template <bool kResidual>
onnxStatus RunWinograd(const void* state, const RunArgs& args) {
  const WinogradState& s = *static_cast<const WinogradState*>(state);
  WinogradEpilogue epilogue;
  epilogue.bias = s.bias.empty() ? nullptr : s.bias.data();
  if constexpr (kResidual) {
    epilogue.residual = static_cast<const float*>(args.in[3]);
  }
  epilogue.lo = s.clamp.lo;
  epilogue.hi = s.clamp.hi;
  epilogue.slope = s.clamp.slope;
  WinogradRun(s.shape, static_cast<const float*>(args.in[0]), s.weights->data(),
              epilogue, static_cast<float*>(args.out[0]), args.scratch,
              *args.pool);
  return ONNXIFI_STATUS_SUCCESS;
}

// Output points below which transformed weights, read once per run and up to
// four times as large, cost about what the saved products do; making them
// costs start-up time on top.
constexpr int64_t kMinWinogradPoints = 64;

bool IsWinogradShape(const ConvNode& conv) {
  const Window& w = conv.window;
  return w.rank == 2 && conv.groups == 1 && w.kernel[1] == 3 &&
         w.kernel[2] == 3 && w.stride[1] == 1 && w.stride[2] == 1 &&
         w.dilation[1] == 1 && w.dilation[2] == 1 && conv.in_channels >= 16 &&
         conv.out_channels >= 16 && w.pad_begin[1] <= 2 &&
         w.pad_begin[2] <= 2 &&
         conv.batch * w.out_points() >= kMinWinogradPoints;
}

WinogradShape MakeWinogradShape(const ConvNode& conv, int block, int m) {
  WinogradShape s;
  const Window& w = conv.window;
  s.batch = conv.batch;
  s.in_channels = conv.in_channels;
  s.out_channels = conv.out_channels;
  s.in_h = w.in[1];
  s.in_w = w.in[2];
  s.out_h = w.out[1];
  s.out_w = w.out[2];
  s.pad_top = w.pad_begin[1];
  s.pad_left = w.pad_begin[2];
  s.block = block;
  s.m = m;
  return s;
}

}  // namespace

Result<bool> PlanWinograd(PrepareContext& ctx, const ConvNode& conv) {
  const Layout layout = PreferredLayout();
  const int block = static_cast<int>(layout);
  const auto clamp = AsClamp(conv.activation);
  if (ctx.numeric_mode() == NumericMode::kStrict || !clamp ||
      !IsWinogradShape(conv) || !WinogradSupported(block) ||
      (!KeepsZero(conv.activation) && conv.out_channels % block != 0)) {
    return false;
  }
  WinogradState state;
  state.clamp = *clamp;
  state.shape = MakeWinogradShape(conv, block, 4);
  const WinogradShape small = MakeWinogradShape(conv, block, 2);
  // Close calls go to the smaller tile: its weights take half the memory.
  if (WinogradCost(small) < 1.1 * WinogradCost(state.shape)) {
    state.shape = small;
  }
  ONNXIFI_ASSIGN_OR_RETURN(
      state.bias, PaddedBias(ctx, RoundUp<int64_t>(conv.out_channels, block)));
  ONNXIFI_ASSIGN_OR_RETURN(
      state.weights,
      ctx.packed().GetOrMake<AlignedFloats>(
          StrCat(ctx.output(0).name, "/winograd/", state.shape.m),
          [&]() -> Result<std::shared_ptr<const AlignedFloats>> {
            auto packed = std::make_shared<AlignedFloats>();
            ONNXIFI_RETURN_IF_ERROR(
                packed->Allocate(WinogradWeightFloats(state.shape)));
            const void* weights = ctx.ConstantIn(1)->data;
            AlignedFloats scaled;
            if (!conv.weight_scale.empty()) {
              const int64_t row =
                  conv.in_channels * conv.window.kernel_points();
              ONNXIFI_RETURN_IF_ERROR(scaled.Allocate(
                  static_cast<size_t>(conv.out_channels * row)));
              CopyScaledWeights(conv, weights, 0, conv.out_channels, row,
                                scaled.data(), row);
              weights = scaled.data();
            }
            WinogradTransformWeights(state.shape, weights, packed->data(),
                                     ctx.pool());
            return std::shared_ptr<const AlignedFloats>(packed);
          }));
  ONNXIFI_RETURN_IF_ERROR(CommitConv(ctx, conv, layout, layout));
  ctx.BookScratch(WinogradScratchBytes(state.shape, ctx.pool().threads()));
  ctx.SetStep(conv.residual ? &RunWinograd<true> : &RunWinograd<false>,
              std::make_shared<const WinogradState>(std::move(state)));
  return true;
}

}  // namespace onnxifi::cpu
