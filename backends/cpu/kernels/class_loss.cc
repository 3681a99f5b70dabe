#include "backends/cpu/kernels/class_loss.h"

#include <algorithm>
#include <cmath>

#include "backends/common/ops/op_util.h"
#include "backends/cpu/kernels/elementwise_util.h"
#include "backends/cpu/kernels/float_stage.h"
#include "backends/cpu/kernels/heads_copy.h"
#include "backends/cpu/kernels/type_dispatch.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {

namespace {

enum class Sum : uint8_t { kNone, kSum, kMean };

struct State {
  bool log_softmax = false;
  Sum sum = Sum::kMean;
  DataType type = DataType::kFloat;
  DataType target_type = DataType::kInt64;
  int64_t batch = 0;
  int64_t classes = 0;
  int64_t inner = 1;  // positions of one batch entry
  bool has_weight = false;
  bool has_ignore = false;
  bool has_log_prob = false;
  int64_t ignore = 0;

  int64_t positions() const { return batch * inner; }
};

// F: what is computed in, double for double scores and float for others.
template <typename F>
struct Buffers {
  F* input;
  F* log_prob;
  F* weight;
  F* loss;
};

template <typename F>
Buffers<F> TakeBuffers(const State& s, ScratchCursor* cursor) {
  const int64_t count = s.positions() * s.classes;
  Buffers<F> b;
  b.input = cursor->TakeStage<F>(s.type, count);
  b.log_prob = s.log_softmax ? cursor->Take<F>(count) : nullptr;
  b.weight = cursor->TakeStage<F>(s.type, s.has_weight ? s.classes : 0);
  b.loss = cursor->Take<F>(s.positions());
  return b;
}

template <typename F>
void LogSoftmax(const State& s, const F* in, F* out, ThreadPool* pool) {
  const int64_t grain = std::max<int64_t>(4096 / (s.classes + 1), 1);
  pool->ParallelRange(s.positions(), grain, [&](int64_t begin, int64_t end) {
    for (int64_t p = begin; p < end; ++p) {
      const int64_t at = p / s.inner * s.classes * s.inner + p % s.inner;
      F most = in[at];
      for (int64_t c = 1; c < s.classes; ++c) {
        most = std::max(most, in[at + c * s.inner]);
      }
      double sum = 0;
      for (int64_t c = 0; c < s.classes; ++c) {
        sum += std::exp(in[at + c * s.inner] - most);
      }
      const F shift = most + static_cast<F>(std::log(sum));
      for (int64_t c = 0; c < s.classes; ++c) {
        out[at + c * s.inner] = in[at + c * s.inner] - shift;
      }
    }
  });
}

// Loss of every position; false when a target is no class. *total gets the
// sum of the weights.
template <typename F>
bool Losses(const State& s, const F* log_prob, const F* weight,
            const void* target, F* loss, double* total) {
  for (int64_t p = 0; p < s.positions(); ++p) {
    const int64_t label = LoadInt(target, s.target_type, p);
    loss[p] = 0;
    if (s.has_ignore && label == s.ignore) continue;
    if (label < 0 || label >= s.classes) return false;
    const F w = weight == nullptr ? F{1} : weight[label];
    const int64_t at =
        (p / s.inner * s.classes + label) * s.inner + p % s.inner;
    loss[p] = -log_prob[at] * w;
    *total += w;
  }
  return true;
}

template <typename F>
onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  ScratchCursor cursor(args.scratch);
  const Buffers<F> b = TakeBuffers<F>(s, &cursor);
  const int64_t count = s.positions() * s.classes;
  const F* log_prob = AsFloat(s.type, args.in[0], count, b.input, args.pool);
  if (s.log_softmax && s.classes > 0) {
    LogSoftmax(s, log_prob, b.log_prob, args.pool);
    log_prob = b.log_prob;
  }
  if (s.has_log_prob) {
    StorePresent(s.type, log_prob, args.out[1], count, args.pool);
  }
  const F* weight =
      s.has_weight ? AsFloat(s.type, args.in[2], s.classes, b.weight, args.pool)
                   : nullptr;
  double total = 0;
  if (!Losses(s, log_prob, weight, args.in[1], b.loss, &total)) {
    return ONNXIFI_STATUS_INTERNAL_ERROR;
  }
  if (s.sum == Sum::kNone) {
    StorePresent(s.type, b.loss, args.out[0], s.positions(), args.pool);
    return ONNXIFI_STATUS_SUCCESS;
  }
  double sum = 0;
  for (int64_t p = 0; p < s.positions(); ++p) sum += b.loss[p];
  const F result = static_cast<F>(s.sum == Sum::kMean ? sum / total : sum);
  StorePresent(s.type, &result, args.out[0], 1, args.pool);
  return ONNXIFI_STATUS_SUCCESS;
}

bool ParseSum(const NodeView& n, Sum* sum) {
  const auto text = n.attrs().String("reduction", "mean");
  if (text == "none") {
    *sum = Sum::kNone;
  } else if (text == "sum") {
    *sum = Sum::kSum;
  } else if (text == "mean") {
    *sum = Sum::kMean;
  } else {
    return false;
  }
  return true;
}

}  // namespace

Reject SupportsClassLoss(const NodeView& node) {
  Sum sum;
  if (!ParseSum(node, &sum)) return {RejectReason::kAttribute, "reduction"};
  for (const size_t i : {size_t{0}, size_t{2}}) {
    if (Reject r = RequireTypeIn<FloatTypes>(node, i); !r.supported()) return r;
  }
  return RequireType(node, 1, {DataType::kInt32, DataType::kInt64});
}

Status PrepareClassLoss(PrepareContext& ctx, bool log_softmax) {
  const TensorDesc& in = ctx.in(0);
  const TensorDesc& target = ctx.in(1);
  State s;
  if (!ParseSum(ctx, &s.sum)) {
    return NodeError(ctx, ONNXIFI_STATUS_UNSUPPORTED_ATTRIBUTE,
                     "attribute 'reduction' is not known");
  }
  Shape positions = in.dims;
  if (positions.size() >= 2) positions.erase(positions.begin() + 1);
  if (in.dims.size() < 2 || target.dims != positions ||
      (ctx.HasInput(2) && Product(ctx.in(2).dims) != in.dims[1])) {
    return ShapeError(
        ctx, StrCat("targets ", ShapeText(target.dims),
                    " or weights do not fit scores ", ShapeText(in.dims)));
  }
  ONNXIFI_RETURN_IF_ERROR(CheckOneType(ctx, {2}));
  s.log_softmax = log_softmax;
  s.type = in.type;
  s.target_type = target.type;
  s.batch = in.dims[0];
  s.classes = in.dims[1];
  s.inner = Product(std::span<const int64_t>(in.dims).subspan(2));
  s.has_weight = ctx.HasInput(2);
  s.has_ignore = ctx.attrs().Has("ignore_index");
  s.ignore = ctx.attrs().Int("ignore_index", 0);
  s.has_log_prob = log_softmax && ctx.HasOutput(1);
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(
      0, {s.type, s.sum == Sum::kNone ? std::move(positions) : Shape{}}));
  if (s.has_log_prob) {
    ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(1, {s.type, in.dims}));
  }
  DispatchFloat(s.type == DataType::kDouble, [&]<typename F>() {
    ScratchCursor cursor(nullptr);
    TakeBuffers<F>(s, &cursor);
    ctx.BookScratch(cursor.bytes());
    ctx.SetStepState(&Run<F>, s);
  });
  return Status::Ok();
}

}  // namespace onnxifi::cpu
