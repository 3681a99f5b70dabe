#include <cmath>

#include "backends/common/ops/window.h"
#include "backends/cpu/kernels/conv_generic.h"
#include "backends/cpu/kernels/elementwise_util.h"

namespace onnxifi::cpu {
namespace {

struct State {
  Window window;
  int64_t rows = 0;  // batch x channels
  double p = 2;
};

template <typename T>
double Power(T x, double p) {
  double v = 0;
  if constexpr (std::is_class_v<T>) {
    v = static_cast<double>(ToFloat(x));
  } else {
    v = static_cast<double>(x);
  }
  return std::pow(std::fabs(v), p);
}

template <typename T>
T NormAt(const State& s, const T* image, int64_t point) {
  const Window& w = s.window;
  const int64_t z =
      point / (w.out[1] * w.out[2]) * w.stride[0] - w.pad_begin[0];
  const int64_t y = point / w.out[2] % w.out[1] * w.stride[1] - w.pad_begin[1];
  const int64_t x = point % w.out[2] * w.stride[2] - w.pad_begin[2];
  const TapRange tz = TapsInside(z, w.kernel[0], w.dilation[0], w.in[0]);
  const TapRange ty = TapsInside(y, w.kernel[1], w.dilation[1], w.in[1]);
  const TapRange tx = TapsInside(x, w.kernel[2], w.dilation[2], w.in[2]);
  double sum = 0;
  for (int64_t a = tz.begin; a < tz.end; ++a) {
    for (int64_t b = ty.begin; b < ty.end; ++b) {
      const T* line =
          image +
          ((z + a * w.dilation[0]) * w.in[1] + y + b * w.dilation[1]) *
              w.in[2] +
          x;
      for (int64_t c = tx.begin; c < tx.end; ++c) {
        sum += Power(line[c * w.dilation[2]], s.p);
      }
    }
  }
  const double norm = std::pow(sum, 1.0 / s.p);
  if constexpr (std::is_class_v<T>) {
    return FromFloat<T>(static_cast<float>(norm));
  } else {
    return static_cast<T>(norm);
  }
}

template <typename T>
onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  const T* in = static_cast<const T*>(args.in[0]);
  T* out = static_cast<T*>(args.out[0]);
  const int64_t in_points = s.window.in_points();
  const int64_t out_points = s.window.out_points();
  args.pool->ParallelRange(s.rows, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      for (int64_t p = 0; p < out_points; ++p) {
        out[i * out_points + p] = NormAt(s, in + i * in_points, p);
      }
    }
  });
  return ONNXIFI_STATUS_SUCCESS;
}

Reject Supports(const NodeView& node) {
  Reject reject = RequireTypeIn<FloatTypes>(node, 0);
  return reject.supported() ? SupportsWindow(node) : reject;
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc& in = ctx.in(0);
  const bool ceil_mode = ctx.attrs().Int("ceil_mode", 0) != 0;
  State state;
  ONNXIFI_ASSIGN_OR_RETURN(state.window,
                           ReadWindow(ctx, in.dims, {}, ceil_mode));
  state.rows = in.dims[0] * in.dims[1];
  // The first version has a float p, later ones an integer.
  state.p = ctx.opset() < 2 ? static_cast<double>(ctx.attrs().Float("p", 2.0f))
                            : static_cast<double>(ctx.attrs().Int("p", 2));
  RunFn fn = nullptr;
  DispatchType<FloatTypes>(in.type, [&]<typename T>() { fn = &Run<T>; });
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(
      0, {in.type, WindowOutput(state.window, in.dims[0], in.dims[1])}));
  ctx.SetStepState(fn, state);
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(lp_pool, {.op = "LpPool",
                             .supports = &Supports,
                             .prepare = &Prepare});

}  // namespace onnxifi::cpu
