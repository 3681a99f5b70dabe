#include <algorithm>
#include <cmath>

#include "backends/common/ops/op_util.h"
#include "backends/cpu/kernels/type_dispatch.h"
#include "backends/cpu/kernels/vector_kernels.h"
#include "backends/cpu/pool_plan.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

enum class Kind : uint8_t { kAverage, kMax, kLp };

struct State {
  int64_t rows = 0;
  int64_t points = 0;
  double p = 2;
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

template <typename T, Kind kKind>
T Reduce(const T* x, int64_t count, double p) {
  if constexpr (kKind == Kind::kAverage && std::is_same_v<T, float>) {
    double mean = 0;
    double unused = 0;
    Vectors().moments(x, count, &mean, &unused);
    return static_cast<float>(mean);
  }
  double result =
      kKind == Kind::kMax ? -std::numeric_limits<double>::infinity() : 0.0;
  for (int64_t i = 0; i < count; ++i) {
    const double v = Value(x[i]);
    if constexpr (kKind == Kind::kMax) result = v > result ? v : result;
    if constexpr (kKind == Kind::kAverage) result += v;
    if constexpr (kKind == Kind::kLp) result += std::pow(std::fabs(v), p);
  }
  if constexpr (kKind == Kind::kAverage) {
    result /= static_cast<double>(count);
  }
  if constexpr (kKind == Kind::kLp) result = std::pow(result, 1.0 / p);
  return FromDouble<T>(result);
}

template <typename T, Kind kKind>
onnxStatus RunRows(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  const T* in = static_cast<const T*>(args.in[0]);
  T* out = static_cast<T*>(args.out[0]);
  args.pool->ParallelRange(s.rows, 1 + kElementGrain / (1 + s.points),
                           [&](int64_t begin, int64_t end) {
                             for (int64_t i = begin; i < end; ++i) {
                               out[i] = Reduce<T, kKind>(in + i * s.points,
                                                         s.points, s.p);
                             }
                           });
  return ONNXIFI_STATUS_SUCCESS;
}

Reject Supports(const NodeView& node) {
  Reject reject = RequireTypeIn<FloatTypes>(node, 0);
  if (reject.supported() && node.input_rank(0) >= 0 && node.input_rank(0) < 2) {
    return {RejectReason::kShape, StrCat("input of rank ", node.input_rank(0))};
  }
  return reject;
}

// [N, C, 1, 1, ...].
graph::Shape Reduced(const graph::Shape& dims) {
  graph::Shape out = dims;
  std::fill(out.begin() + 2, out.end(), 1);
  return out;
}

Status PrepareBlocked(PrepareContext& ctx, PoolKind kind) {
  ONNXIFI_ASSIGN_OR_RETURN(const Window window,
                           GlobalWindow(ctx, ctx.in(0).dims));
  const graph::Shape out = Reduced(ctx.in(0).dims);
  const Layout layout = ctx.in(0).layout;
  ONNXIFI_RETURN_IF_ERROR(PlanBlockedPool(ctx, {window, kind, false}));
  return ctx.SetOutput(0, {ctx.in(0).type, out, layout});
}

template <Kind kKind>
Status Prepare(PrepareContext& ctx) {
  if (ctx.in(0).dims.size() < 2) {
    return ShapeError(ctx, "the input has no channels");
  }
  if (kKind != Kind::kLp && BlockedPoolFits(ctx)) {
    return PrepareBlocked(
        ctx, kKind == Kind::kMax ? PoolKind::kMax : PoolKind::kAverage);
  }
  ONNXIFI_RETURN_IF_ERROR(ctx.RequireLayout(0, Layout::kPlain));
  const graph::Shape dims = ctx.in(0).dims;
  const graph::DataType type = ctx.in(0).type;
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {type, Reduced(dims)}));
  State state;
  state.rows = dims[0] * dims[1];
  state.points = Product(std::span<const int64_t>(dims).subspan(2));
  // The first version has a float p, later ones an integer.
  state.p = ctx.opset() < 2 ? static_cast<double>(ctx.attrs().Float("p", 2.0f))
                            : static_cast<double>(ctx.attrs().Int("p", 2));
  RunFn fn = nullptr;
  DispatchType<FloatTypes>(type,
                           [&]<typename T>() { fn = &RunRows<T, kKind>; });
  ctx.SetStepState(fn, state);
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(global_pool,
                   {.op = "GlobalAveragePool",
                    .supports = &Supports,
                    .prepare = &Prepare<Kind::kAverage>,
                    .any_layout = true},
                   {.op = "GlobalMaxPool",
                    .supports = &Supports,
                    .prepare = &Prepare<Kind::kMax>,
                    .any_layout = true},
                   {.op = "GlobalLpPool",
                    .supports = &Supports,
                    .prepare = &Prepare<Kind::kLp>,
                    .any_layout = true});

}  // namespace onnxifi::cpu
