#include "backends/cpu/pool_plan.h"

namespace onnxifi::cpu {
namespace {

Reject Supports(const NodeView& node) {
  using Types = ConcatTypes<FloatTypes, TypeList<int8_t, uint8_t>>::Type;
  Reject reject = RequireTypeIn<Types>(node, 0);
  return reject.supported() ? SupportsWindow(node) : reject;
}

struct State {
  Window window;
  int64_t rows = 0;  // batch x channels
  bool column_major = false;
  bool indices = false;
};

// The largest element of a window and its place; later equals lose.
template <typename T>
struct Best {
  T value{};
  int64_t index = -1;
};

template <typename T>
auto Key(T x) {
  if constexpr (std::is_class_v<T>) {
    return ToFloat(x);
  } else {
    return x;
  }
}

template <typename T>
Best<T> Scan(const Window& w, const T* image, int64_t out_point) {
  const int64_t z =
      out_point / (w.out[1] * w.out[2]) * w.stride[0] - w.pad_begin[0];
  const int64_t y =
      out_point / w.out[2] % w.out[1] * w.stride[1] - w.pad_begin[1];
  const int64_t x = out_point % w.out[2] * w.stride[2] - w.pad_begin[2];
  const TapRange tz = TapsInside(z, w.kernel[0], w.dilation[0], w.in[0]);
  const TapRange ty = TapsInside(y, w.kernel[1], w.dilation[1], w.in[1]);
  const TapRange tx = TapsInside(x, w.kernel[2], w.dilation[2], w.in[2]);
  Best<T> best;
  for (int64_t a = tz.begin; a < tz.end; ++a) {
    for (int64_t b = ty.begin; b < ty.end; ++b) {
      for (int64_t c = tx.begin; c < tx.end; ++c) {
        const int64_t at =
            ((z + a * w.dilation[0]) * w.in[1] + y + b * w.dilation[1]) *
                w.in[2] +
            x + c * w.dilation[2];
        if (best.index < 0 || Key(image[at]) > Key(best.value)) {
          best.value = image[at];
          best.index = at;
        }
      }
    }
  }
  return best;
}

// A position in an image counted along the first axis first.
int64_t ColumnMajor(const Window& w, int64_t at) {
  const int64_t x = at % w.in[2];
  const int64_t y = at / w.in[2] % w.in[1];
  const int64_t z = at / (w.in[1] * w.in[2]);
  return z + w.in[0] * (y + w.in[1] * x);
}

// What a window that lies in the padding alone gives.
template <typename T>
T Lowest() {
  if constexpr (std::is_integral_v<T>) {
    return std::numeric_limits<T>::lowest();
  } else if constexpr (std::is_class_v<T>) {
    return FromFloat<T>(-std::numeric_limits<float>::infinity());
  } else {
    return -std::numeric_limits<T>::infinity();
  }
}

template <typename T>
onnxStatus RunPlain(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  const int64_t in_points = s.window.in_points();
  const int64_t out_points = s.window.out_points();
  const T* in = static_cast<const T*>(args.in[0]);
  T* out = static_cast<T*>(args.out[0]);
  int64_t* indices = s.indices ? static_cast<int64_t*>(args.out[1]) : nullptr;
  args.pool->ParallelRange(
      s.rows, 1 + kElementGrain / (1 + out_points * s.window.kernel_points()),
      [&](int64_t begin, int64_t end) {
        for (int64_t row = begin; row < end; ++row) {
          for (int64_t p = 0; p < out_points; ++p) {
            const Best<T> best = Scan(s.window, in + row * in_points, p);
            const int64_t at = row * out_points + p;
            out[at] = best.index < 0 ? Lowest<T>() : best.value;
            if (indices == nullptr) continue;
            const int64_t index = s.column_major && best.index >= 0
                                      ? ColumnMajor(s.window, best.index)
                                      : best.index;
            indices[at] = row * in_points + index;
          }
        }
      });
  return ONNXIFI_STATUS_SUCCESS;
}

Status Prepare(PrepareContext& ctx) {
  const graph::Shape& dims = ctx.in(0).dims;
  const bool ceil_mode = ctx.attrs().Int("ceil_mode", 0) != 0;
  ONNXIFI_ASSIGN_OR_RETURN(const Window window,
                           ReadWindow(ctx, dims, {}, ceil_mode));
  const bool indices = ctx.HasOutput(1);
  if (!indices && BlockedPoolFits(ctx)) {
    return PlanBlockedPool(ctx, {window, PoolKind::kMax, false});
  }
  if (!indices && PlanePoolTakes(ctx, window)) {
    return PlanPlanePool(ctx, {window, PoolKind::kMax, false});
  }
  const graph::DataType type = ctx.in(0).type;
  ONNXIFI_RETURN_IF_ERROR(ctx.RequireLayout(0, Layout::kPlain));
  const graph::Shape out = WindowOutput(window, dims[0], dims[1]);
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {type, out}));
  if (indices) {
    ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(1, {graph::DataType::kInt64, out}));
  }
  State state = {window, dims[0] * dims[1],
                 ctx.attrs().Int("storage_order", 0) != 0, indices};
  RunFn fn = nullptr;
  using Types = ConcatTypes<FloatTypes, TypeList<int8_t, uint8_t>>::Type;
  DispatchType<Types>(type, [&]<typename T>() { fn = &RunPlain<T>; });
  ctx.SetStepState(fn, state);
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(max_pool, {.op = "MaxPool",
                              .supports = &Supports,
                              .prepare = &Prepare,
                              .any_layout = true});

}  // namespace onnxifi::cpu
