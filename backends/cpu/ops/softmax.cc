#include <algorithm>
#include <cmath>
#include <limits>

#include "backends/common/ops/op_util.h"
#include "backends/cpu/kernels/elementwise_util.h"
#include "backends/cpu/kernels/type_dispatch.h"
#include "backends/cpu/kernels/vector_kernels.h"

namespace onnxifi::cpu {
namespace {

enum class Kind : uint8_t { kSoftmax, kLogSoftmax, kHardmax };

// From this version on the operators work along one axis; before, over all
// dimensions from the axis on.
constexpr int kSingleAxisOpset = 13;

struct State {
  int64_t outer = 1;
  int64_t axis = 1;
  int64_t inner = 1;
};

template <typename T>
double Value(T x) {
  if constexpr (std::is_class_v<T>) {
    return static_cast<double>(ToFloat(x));
  } else {
    return static_cast<double>(x);
  }
}

template <typename T>
T FromDouble(double x) {
  if constexpr (std::is_class_v<T>) {
    return FromFloat<T>(static_cast<float>(x));
  } else {
    return static_cast<T>(x);
  }
}

// Half types are rounded after every step, as in ONNX's definition by
// subtraction, exponential, sum and division; wider types are not.
template <typename T>
double Step(double x) {
  if constexpr (std::is_class_v<T>) {
    return Value(FromDouble<T>(x));
  } else {
    return x;
  }
}

// One row with elements `stride` apart.
template <typename T, Kind kKind>
void StridedRow(const T* x, T* y, int64_t count, int64_t stride) {
  int64_t best = 0;
  for (int64_t i = 1; i < count; ++i) {
    if (Value(x[i * stride]) > Value(x[best * stride])) best = i;
  }
  if constexpr (kKind == Kind::kHardmax) {
    for (int64_t i = 0; i < count; ++i) {
      y[i * stride] = FromDouble<T>(i == best ? 1.0 : 0.0);
    }
    return;
  }
  const double peak = count > 0 ? Value(x[best * stride]) : 0.0;
  double sum = 0;
  for (int64_t i = 0; i < count; ++i) {
    sum += Step<T>(std::exp(Step<T>(Value(x[i * stride]) - peak)));
  }
  sum = Step<T>(sum);
  const double log = std::log(sum);
  for (int64_t i = 0; i < count; ++i) {
    const double shifted = Step<T>(Value(x[i * stride]) - peak);
    y[i * stride] = FromDouble<T>(kKind == Kind::kLogSoftmax
                                      ? shifted - log
                                      : Step<T>(std::exp(shifted)) / sum);
  }
}

template <typename T, Kind kKind>
onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  const T* in = static_cast<const T*>(args.in[0]);
  T* out = static_cast<T*>(args.out[0]);
  args.pool->ParallelRange(
      s.outer * s.inner, 1 + kElementGrain / 4 / (1 + s.axis),
      [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) {
          const int64_t at = i / s.inner * s.axis * s.inner + i % s.inner;
          if constexpr (std::is_same_v<T, float> && kKind != Kind::kHardmax) {
            if (s.inner == 1) {
              Vectors().softmax(in + at, nullptr, 1.0f, out + at, s.axis,
                                kKind == Kind::kLogSoftmax);
              continue;
            }
          }
          StridedRow<T, kKind>(in + at, out + at, s.axis, s.inner);
        }
      });
  return ONNXIFI_STATUS_SUCCESS;
}

Reject Supports(const NodeView& node) {
  return RequireTypeIn<FloatTypes>(node, 0);
}

template <Kind kKind>
Status Prepare(PrepareContext& ctx) {
  const TensorDesc& in = ctx.in(0);
  const std::span<const int64_t> dims(in.dims);
  const bool single = ctx.opset() >= kSingleAxisOpset;
  State state;
  int64_t axis = ctx.attrs().Int("axis", single ? -1 : 1);
  const int64_t rank = static_cast<int64_t>(dims.size());
  // The flattening versions allow the axis after the last dimension.
  if (!single && axis == rank) {
    state.outer = Product(dims);
  } else if (!dims.empty()) {
    ONNXIFI_ASSIGN_OR_RETURN(const size_t a,
                             NormalizeAxis(ctx, axis, dims.size()));
    state.outer = Product(dims.first(a));
    state.axis = single ? dims[a] : Product(dims.subspan(a));
    state.inner = single ? Product(dims.subspan(a + 1)) : 1;
  }
  RunFn fn = nullptr;
  DispatchType<FloatTypes>(in.type, [&]<typename T>() { fn = &Run<T, kKind>; });
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {in.type, in.dims}));
  ctx.AllowInPlace(0, 0);
  ctx.SetStepState(fn, state);
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(softmax,
                   {.op = "Softmax",
                    .supports = &Supports,
                    .prepare = &Prepare<Kind::kSoftmax>},
                   {.op = "LogSoftmax",
                    .supports = &Supports,
                    .prepare = &Prepare<Kind::kLogSoftmax>},
                   {.op = "Hardmax",
                    .supports = &Supports,
                    .prepare = &Prepare<Kind::kHardmax>});

}  // namespace onnxifi::cpu
