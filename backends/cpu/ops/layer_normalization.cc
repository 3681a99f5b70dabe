#include <algorithm>
#include <cmath>

#include "backends/common/ops/op_util.h"
#include "backends/cpu/kernels/elementwise_util.h"
#include "backends/cpu/kernels/type_dispatch.h"
#include "backends/cpu/kernels/vector_kernels.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

struct State {
  int64_t rows = 1;
  int64_t count = 1;
  float epsilon = 1e-5f;
  bool shift = false;
  bool mean = false;
  bool deviation = false;
  // Gain and shift with fewer dimensions than the normalised part repeat.
  int64_t gain_count = 1;
  int64_t shift_count = 1;
};

onnxStatus RunFloat(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  const float* x = static_cast<const float*>(args.in[0]);
  const float* gain = static_cast<const float*>(args.in[1]);
  const float* shift =
      s.shift ? static_cast<const float*>(args.in[2]) : nullptr;
  float* y = static_cast<float*>(args.out[0]);
  float* mean = s.mean ? static_cast<float*>(args.out[1]) : nullptr;
  float* deviation = s.deviation ? static_cast<float*>(args.out[2]) : nullptr;
  args.pool->ParallelRange(
      s.rows, 1 + kElementGrain / std::max<int64_t>(1, 2 * s.count),
      [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) {
          Vectors().layer_norm(x + i * s.count, gain, shift, s.epsilon,
                               y + i * s.count, s.count,
                               mean == nullptr ? nullptr : mean + i,
                               deviation == nullptr ? nullptr : deviation + i);
        }
      });
  return ONNXIFI_STATUS_SUCCESS;
}

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

// The statistics outputs have the type of `stash_type`, float32.
template <typename T>
onnxStatus RunSimple(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  const T* x = static_cast<const T*>(args.in[0]);
  const T* gain = static_cast<const T*>(args.in[1]);
  const T* shift = s.shift ? static_cast<const T*>(args.in[2]) : nullptr;
  T* y = static_cast<T*>(args.out[0]);
  for (int64_t i = 0; i < s.rows; ++i) {
    const T* row = x + i * s.count;
    double mean = 0;
    for (int64_t k = 0; k < s.count; ++k) mean += Value(row[k]);
    mean /= static_cast<double>(s.count);
    double squares = 0;
    for (int64_t k = 0; k < s.count; ++k) {
      squares += (Value(row[k]) - mean) * (Value(row[k]) - mean);
    }
    const double inverse =
        1.0 / std::sqrt(squares / static_cast<double>(s.count) +
                        static_cast<double>(s.epsilon));
    for (int64_t k = 0; k < s.count; ++k) {
      double v =
          (Value(row[k]) - mean) * inverse * Value(gain[k % s.gain_count]);
      if (shift != nullptr) v += Value(shift[k % s.shift_count]);
      y[i * s.count + k] = FromDouble<T>(v);
    }
    if (s.mean) static_cast<float*>(args.out[1])[i] = static_cast<float>(mean);
    if (s.deviation) {
      static_cast<float*>(args.out[2])[i] = static_cast<float>(inverse);
    }
  }
  return ONNXIFI_STATUS_SUCCESS;
}

Reject Supports(const NodeView& node) {
  for (size_t i = 0; i < node.input_count(); ++i) {
    Reject reject = RequireTypeIn<FloatTypes>(node, i);
    if (!reject.supported()) return reject;
  }
  const int64_t stash = node.attrs().Int("stash_type", 1);
  if (stash != static_cast<int64_t>(graph::DataType::kFloat)) {
    return {RejectReason::kAttribute, StrCat("stash_type ", stash)};
  }
  return {};
}

// True when `dims` equals the end of `whole`, leading ones aside.
bool IsSuffix(graph::Shape dims, std::span<const int64_t> whole) {
  while (!dims.empty() && dims.front() == 1) dims.erase(dims.begin());
  return dims.size() <= whole.size() &&
         std::ranges::equal(dims, whole.last(dims.size()));
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc& in = ctx.in(0);
  const std::span<const int64_t> dims(in.dims);
  ONNXIFI_ASSIGN_OR_RETURN(
      const size_t axis,
      NormalizeAxis(ctx, ctx.attrs().Int("axis", -1), dims.size()));
  State state;
  state.rows = Product(dims.first(axis));
  state.count = Product(dims.subspan(axis));
  state.epsilon = ctx.attrs().Float("epsilon", 1e-5f);
  state.shift = ctx.HasInput(2);
  state.mean = ctx.HasOutput(1);
  state.deviation = ctx.HasOutput(2);
  for (size_t i = 1; i < 3; ++i) {
    if (!ctx.HasInput(i)) continue;
    if (!IsSuffix(ctx.in(i).dims, dims.subspan(axis))) {
      return ShapeError(
          ctx,
          StrCat("input ", i, " of shape ", ShapeText(ctx.in(i).dims),
                 " does not fit the normalised part of ", ShapeText(dims)));
    }
    (i == 1 ? state.gain_count : state.shift_count) =
        std::max<int64_t>(1, Product(ctx.in(i).dims));
  }
  graph::Shape reduced = in.dims;
  std::fill(reduced.begin() + static_cast<int64_t>(axis), reduced.end(), 1);
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, in));
  for (size_t o = 1; o < ctx.output_count(); ++o) {
    ONNXIFI_RETURN_IF_ERROR(
        ctx.SetOutput(o, {graph::DataType::kFloat, reduced}));
  }
  ctx.AllowInPlace(0, 0);
  const bool whole = state.gain_count == state.count &&
                     (!state.shift || state.shift_count == state.count);
  RunFn fn = &RunFloat;
  if (in.type != graph::DataType::kFloat || !whole) {
    DispatchType<FloatTypes>(in.type,
                             [&]<typename T>() { fn = &RunSimple<T>; });
  }
  ctx.SetStepState(fn, state);
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(layer_normalization, {.op = "LayerNormalization",
                                         .supports = &Supports,
                                         .prepare = &Prepare});

}  // namespace onnxifi::cpu
