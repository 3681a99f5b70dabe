#include <algorithm>
#include <cmath>

#include "backends/common/ops/op_util.h"
#include "backends/cpu/kernels/elementwise_util.h"
#include "backends/cpu/kernels/type_dispatch.h"
#include "backends/cpu/kernels/vector_kernels.h"
#include "base/checked.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

constexpr int64_t kMaxSize = 1 << 20;
constexpr size_t kAlignment = 64;

struct State {
  int64_t batch = 0;
  int64_t channels = 0;  // in memory
  int64_t points = 0;
  int64_t before = 0;
  int64_t after = 0;
  double scale = 0;
  double beta = 0;
  double bias = 0;
  int block = 0;             // 0: plain
  int64_t pieces = 1;        // of the points of one image
  size_t piece_scratch = 0;  // bytes
};

onnxStatus RunFloat(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  const VectorKernels& v = Vectors();
  const float* in = static_cast<const float*>(args.in[0]);
  float* out = static_cast<float*>(args.out[0]);
  const int64_t image = s.channels * s.points;
  args.pool->ParallelFor(s.batch * s.pieces, [&](int64_t i) {
    const int64_t n = i / s.pieces;
    const int64_t piece = i % s.pieces;
    LrnCall call = {};
    call.in = in + n * image;
    call.out = out + n * image;
    call.channels = s.channels;
    call.points = s.points;
    call.before = s.before;
    call.after = s.after;
    call.scale = static_cast<float>(s.scale);
    call.beta = static_cast<float>(s.beta);
    call.bias = static_cast<float>(s.bias);
    call.scratch =
        reinterpret_cast<float*>(static_cast<char*>(args.scratch) +
                                 static_cast<size_t>(i) * s.piece_scratch);
    const int64_t begin = s.points * piece / s.pieces;
    const int64_t end = s.points * (piece + 1) / s.pieces;
    if (s.block == 0) {
      v.lrn_plain(call, begin, end);
    } else {
      v.lrn_blocked(s.block, call, begin, end);
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
onnxStatus RunSimple(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  const T* in = static_cast<const T*>(args.in[0]);
  T* out = static_cast<T*>(args.out[0]);
  args.pool->ParallelRange(
      s.batch * s.channels, 1, [&](int64_t begin, int64_t end) {
        for (int64_t row = begin; row < end; ++row) {
          const int64_t c = row % s.channels;
          const int64_t first = std::max<int64_t>(0, c - s.before) - c;
          const int64_t last = std::min(s.channels - 1, c + s.after) - c;
          for (int64_t p = 0; p < s.points; ++p) {
            double sum = 0;
            for (int64_t j = first; j <= last; ++j) {
              const double x = Value(in[(row + j) * s.points + p]);
              sum += x * x;
            }
            const double result = Value(in[row * s.points + p]) *
                                  std::pow(s.bias + s.scale * sum, -s.beta);
            if constexpr (std::is_class_v<T>) {
              out[row * s.points + p] =
                  FromFloat<T>(static_cast<float>(result));
            } else {
              out[row * s.points + p] = static_cast<T>(result);
            }
          }
        }
      });
  return ONNXIFI_STATUS_SUCCESS;
}

Reject Supports(const NodeView& node) {
  Reject reject = RequireTypeIn<FloatTypes>(node, 0);
  const int64_t size = node.attrs().Int("size", 0);
  if (reject.supported() && (size < 1 || size > kMaxSize)) {
    return {RejectReason::kAttribute, StrCat("size ", size)};
  }
  return reject;
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc in = ctx.in(0);
  if (in.dims.size() < 2) {
    return ShapeError(ctx, "the input has no channels");
  }
  const graph::AttrReader attrs = ctx.attrs();
  const int64_t size = attrs.Int("size", 1);
  State state;
  state.batch = in.dims[0];
  state.points = Product(std::span<const int64_t>(in.dims).subspan(2));
  state.before = (size - 1) / 2;
  state.after = size - 1 - state.before;
  state.scale = static_cast<double>(attrs.Float("alpha", 1e-4f)) /
                static_cast<double>(size);
  state.beta = static_cast<double>(attrs.Float("beta", 0.75f));
  state.bias = static_cast<double>(attrs.Float("bias", 1.0f));
  // The vector kernels' logarithm wants a positive, normal base.
  const bool fast = in.type == graph::DataType::kFloat && state.bias > 1e-30 &&
                    state.scale >= 0;
  if (!fast) ONNXIFI_RETURN_IF_ERROR(ctx.RequireLayout(0, Layout::kPlain));
  const Layout layout = ctx.in(0).layout;
  state.block = static_cast<int>(layout);
  state.channels = RoundUp(in.dims[1], std::max<int64_t>(1, state.block));
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {in.type, in.dims, layout}));
  if (!fast) {
    RunFn fn = nullptr;
    DispatchType<FloatTypes>(in.type,
                             [&]<typename T>() { fn = &RunSimple<T>; });
    ctx.SetStepState(fn, state);
    return Status::Ok();
  }
  const int64_t work = state.channels * state.points;
  state.pieces =
      std::clamp<int64_t>(work / kElementGrain, 1, 4 * ctx.pool().threads());
  constexpr int64_t kSlack = 16;
  state.piece_scratch = RoundUp(
      static_cast<size_t>(state.channels + size + kSlack) * sizeof(float),
      kAlignment);
  ctx.BookScratch(state.piece_scratch *
                  static_cast<size_t>(state.batch * state.pieces));
  ctx.SetStepState(&RunFloat, state);
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(lrn, {.op = "LRN",
                         .supports = &Supports,
                         .prepare = &Prepare,
                         .any_layout = true});

}  // namespace onnxifi::cpu
