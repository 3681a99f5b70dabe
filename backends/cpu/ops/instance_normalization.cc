#include <algorithm>
#include <cmath>
#include <limits>

#include "backends/common/ops/op_util.h"
#include "backends/cpu/kernels/elementwise_util.h"
#include "backends/cpu/kernels/type_dispatch.h"
#include "backends/cpu/kernels/vector_kernels.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

struct State {
  int64_t rows = 0;
  int64_t channels = 0;
  int64_t points = 0;
  double epsilon = 0;
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
void Row(const State& s, const T* x, double gain, double shift, T* y) {
  double mean = 0;
  double squares = 0;
  if constexpr (std::is_same_v<T, float>) {
    Vectors().moments(x, s.points, &mean, &squares);
  } else {
    for (int64_t i = 0; i < s.points; ++i) mean += Value(x[i]);
    mean /= static_cast<double>(s.points);
    for (int64_t i = 0; i < s.points; ++i) {
      squares += (Value(x[i]) - mean) * (Value(x[i]) - mean);
    }
  }
  const double scale =
      gain / std::sqrt(squares / static_cast<double>(s.points) + s.epsilon);
  if constexpr (std::is_same_v<T, float>) {
    Vectors().centre_row(x, mean, static_cast<float>(scale),
                         static_cast<float>(shift), y, s.points);
  } else {
    for (int64_t i = 0; i < s.points; ++i) {
      const double v = (Value(x[i]) - mean) * scale + shift;
      if constexpr (std::is_class_v<T>) {
        y[i] = FromFloat<T>(static_cast<float>(v));
      } else {
        y[i] = static_cast<T>(v);
      }
    }
  }
}

template <typename T>
onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  const T* x = static_cast<const T*>(args.in[0]);
  const T* gain = static_cast<const T*>(args.in[1]);
  const T* shift = static_cast<const T*>(args.in[2]);
  T* y = static_cast<T*>(args.out[0]);
  args.pool->ParallelRange(
      s.rows, 1 + kElementGrain / std::max<int64_t>(1, 2 * s.points),
      [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) {
          const int64_t c = i % s.channels;
          Row(s, x + i * s.points, Value(gain[c]), Value(shift[c]),
              y + i * s.points);
        }
      });
  return ONNXIFI_STATUS_SUCCESS;
}

Reject Supports(const NodeView& node) {
  for (size_t i = 0; i < 3; ++i) {
    Reject reject = RequireTypeIn<FloatTypes>(node, i);
    if (!reject.supported()) return reject;
  }
  return {};
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc& in = ctx.in(0);
  if (in.dims.size() < 3) {
    return ShapeError(ctx, StrCat("input of shape ", ShapeText(in.dims),
                                  " has no spatial dimensions"));
  }
  for (size_t i = 1; i < 3; ++i) {
    if (ctx.in(i).dims != graph::Shape{in.dims[1]}) {
      return ShapeError(
          ctx, StrCat("input ", i, " of shape ", ShapeText(ctx.in(i).dims),
                      " for ", in.dims[1], " channels"));
    }
  }
  State state;
  state.channels = in.dims[1];
  state.rows = in.dims[0] * in.dims[1];
  state.points = Product(std::span<const int64_t>(in.dims).subspan(2));
  state.epsilon = static_cast<double>(ctx.attrs().Float("epsilon", 1e-5f));
  RunFn fn = nullptr;
  DispatchType<FloatTypes>(in.type, [&]<typename T>() { fn = &Run<T>; });
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, in));
  ctx.AllowInPlace(0, 0);
  ctx.SetStepState(fn, state);
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(instance_normalization, {.op = "InstanceNormalization",
                                            .supports = &Supports,
                                            .prepare = &Prepare});

}  // namespace onnxifi::cpu
