#include "backends/cpu/kernels/attention.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "backends/common/ops/op_util.h"
#include "backends/cpu/kernels/block_copy.h"
#include "backends/cpu/kernels/elementwise_util.h"
#include "backends/cpu/kernels/float_stage.h"
#include "backends/cpu/kernels/heads_copy.h"
#include "backends/cpu/kernels/type_dispatch.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

enum Input : size_t {
  kQ,
  kK,
  kV,
  kMask,
  kPastKey,
  kPastValue,
  kLengths,
  kInputs
};

// F: what is computed in, double when Q or V is double.
template <typename F>
struct State {
  AttentionArgs<F> args;  // sizes and rules; pointers are set by Run
  HeadsCopy key;
  HeadsCopy value;
  DataType q_type = DataType::kFloat;
  DataType mask_type = DataType::kFloat;
  int64_t mask_count = 0;
  int64_t lanes = 1;
  bool has[kInputs] = {};
  bool has_scores = false;
  bool has_present_key = false;
  bool has_present_value = false;
};

Reject Supports(const NodeView& n) {
  for (const size_t i : {kQ, kK, kV, kPastKey, kPastValue}) {
    if (Reject r = RequireTypeIn<FloatTypes>(n, i); !r.supported()) return r;
  }
  if (n.HasInput(kMask) && n.input_type(kMask) != DataType::kBool &&
      !HasType<StageTypes>(n.input_type(kMask))) {
    return {RejectReason::kDataType, "the mask"};
  }
  const int64_t mode = n.attrs().Int("qk_matmul_output_mode", 0);
  if (mode < 0 || mode > 3) {
    return {RejectReason::kAttribute, "qk_matmul_output_mode"};
  }
  return {};
}

// Scratch in the order of use; with no memory, its size.
template <typename F>
struct Buffers {
  F* q;
  F* key;
  F* value;
  F* y;
  F* mask;
  F* scores;
  F* lanes;
};

template <typename F>
Buffers<F> TakeBuffers(const State<F>& s, ScratchCursor* cursor) {
  const AttentionArgs<F>& a = s.args;
  Buffers<F> b;
  b.q = cursor->TakeStage<F>(s.q_type, a.batch * a.q_heads * a.rows * a.width);
  b.key = cursor->Take<F>(s.key.count());
  b.value = cursor->Take<F>(s.value.count());
  b.y =
      cursor->TakeStage<F>(s.q_type, a.batch * a.q_heads * a.rows * a.v_width);
  b.mask = cursor->TakeStage<F>(s.mask_type, s.mask_count);
  b.scores = cursor->TakeStage<F>(
      s.q_type, s.has_scores ? a.batch * a.q_heads * a.rows * a.keys : 0);
  b.lanes = cursor->Take<F>(AttentionScratch(a, s.lanes));
  return b;
}

template <typename F>
const F* MaskAsFloat(const State<F>& s, const RunArgs& args, F* buffer) {
  if (s.mask_type != DataType::kBool) {
    return AsFloat(s.mask_type, args.in[kMask], s.mask_count, buffer,
                   args.pool);
  }
  const uint8_t* bits = static_cast<const uint8_t*>(args.in[kMask]);
  for (int64_t i = 0; i < s.mask_count; ++i) {
    buffer[i] = bits[i] != 0 ? F{0} : -std::numeric_limits<F>::infinity();
  }
  return buffer;
}

template <typename F>
onnxStatus Run(const void* state, const RunArgs& args) {
  const State<F>& s = *static_cast<const State<F>*>(state);
  ScratchCursor cursor(args.scratch);
  const Buffers<F> b = TakeBuffers(s, &cursor);
  AttentionArgs<F> a = s.args;
  const int64_t q_count = a.batch * a.q_heads * a.rows * a.width;
  const int64_t y_count = a.batch * a.q_heads * a.rows * a.v_width;
  a.q = AsFloat(s.q_type, args.in[kQ], q_count, b.q, args.pool);
  s.key.ToFloat(s.has[kPastKey] ? args.in[kPastKey] : nullptr, args.in[kK],
                b.key, args.pool);
  s.value.ToFloat(s.has[kPastValue] ? args.in[kPastValue] : nullptr,
                  args.in[kV], b.value, args.pool);
  a.k = b.key;
  a.v = b.value;
  if (s.has_present_key) {
    StorePresent(s.key.type(), b.key, args.out[1], s.key.count(), args.pool);
  }
  if (s.has_present_value) {
    StorePresent(s.value.type(), b.value, args.out[2], s.value.count(),
                 args.pool);
  }
  if (s.has[kMask]) a.mask.data = MaskAsFloat(s, args, b.mask);
  if (s.has[kLengths]) a.lengths = args.in[kLengths];
  a.y = FloatTarget(s.q_type, args.out[0], b.y);
  if (s.has_scores) a.scores = FloatTarget(s.q_type, args.out[3], b.scores);
  RunAttention(a, s.lanes, b.lanes, args.pool);
  StoreFloat(s.q_type, a.y, args.out[0], y_count, args.pool);
  if (s.has_scores) {
    StoreFloat(s.q_type, a.scores, args.out[3],
               a.batch * a.q_heads * a.rows * a.keys, args.pool);
  }
  return ONNXIFI_STATUS_SUCCESS;
}

// [batch, heads, rows, width] of an input that may be [batch, rows, hidden].
Result<Shape> HeadDims(const PrepareContext& ctx, size_t i,
                       const char* heads_attribute) {
  const Shape& dims = ctx.in(i).dims;
  if (dims.size() == 4) return dims;
  const int64_t heads = ctx.attrs().Int(heads_attribute, 0);
  if (dims.size() != 3 || heads < 1 || dims[2] % heads != 0) {
    return ShapeError(ctx, StrCat("input ", i, " (", ShapeText(dims),
                                  ") does not divide into ", heads, " heads"));
  }
  return Shape{dims[0], heads, dims[1], dims[2] / heads};
}

template <typename F>
Status SetMask(PrepareContext& ctx, State<F>* s) {
  if (!s->has[kMask]) return Status::Ok();
  const AttentionArgs<F>& a = s->args;
  const Shape& dims = ctx.in(kMask).dims;
  const int64_t full[4] = {a.batch, a.q_heads, a.rows, a.keys};
  int64_t strides[4] = {};
  bool fits = dims.size() <= 4 && !dims.empty();
  int64_t stride = 1;
  for (size_t i = dims.size(); fits && i-- > 0;) {
    const size_t at = i + 4 - dims.size();
    fits =
        dims[i] == 1 || dims[i] == full[at] || (at == 3 && dims[i] <= full[at]);
    strides[at] = dims[i] == 1 && full[at] != 1 ? 0 : stride;
    stride *= dims[i];
  }
  if (!fits) {
    return ShapeError(
        ctx, StrCat("mask ", ShapeText(dims), " does not fit the scores"));
  }
  s->mask_type = ctx.in(kMask).type;
  s->mask_count = Product(dims);
  // A single column is a broadcast only when there is a single key.
  s->args.mask = {nullptr,    strides[0], strides[1],
                  strides[2], strides[3], dims.back()};
  return Status::Ok();
}

HeadsView ViewOf(const Shape& dims, bool packed_rows) {
  const int64_t width = dims[3];
  return packed_rows
             ? HeadsView{dims[1] * dims[2] * width, width, dims[1] * width}
             : HeadsView{dims[1] * dims[2] * width, dims[2] * width, width};
}

template <typename F>
Status SetOutputs(PrepareContext& ctx, const State<F>& s, bool packed_rows) {
  const AttentionArgs<F>& a = s.args;
  Shape y = {a.batch, a.q_heads, a.rows, a.v_width};
  if (packed_rows) y = {a.batch, a.rows, a.q_heads * a.v_width};
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {s.q_type, std::move(y)}));
  if (s.has_present_key) {
    ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(1, {s.key.type(), s.key.out_dims()}));
  }
  if (s.has_present_value) {
    ONNXIFI_RETURN_IF_ERROR(
        ctx.SetOutput(2, {s.value.type(), s.value.out_dims()}));
  }
  if (s.has_scores) {
    ONNXIFI_RETURN_IF_ERROR(
        ctx.SetOutput(3, {s.q_type, {a.batch, a.q_heads, a.rows, a.keys}}));
  }
  return Status::Ok();
}

template <typename F>
void SetRules(const PrepareContext& ctx, AttentionArgs<F>* a) {
  a->scale =
      ctx.attrs().Has("scale")
          ? ctx.attrs().Float("scale", 0)
          : 1 / std::sqrt(static_cast<F>(std::max<int64_t>(a->width, 1)));
  a->softcap = ctx.attrs().Float("softcap", 0);
  a->causal = ctx.attrs().Int("is_causal", 0) != 0;
  a->left_window = ctx.attrs().Int("left_window_size", -1);
  a->right_window = ctx.attrs().Int("right_window_size", -1);
  a->scores_output =
      static_cast<ScoresOutput>(ctx.attrs().Int("qk_matmul_output_mode", 0));
}

template <typename F>
Status PrepareAs(PrepareContext& ctx) {
  State<F> s;
  for (size_t i = 0; i < kInputs; ++i) s.has[i] = ctx.HasInput(i);
  s.has_present_key = ctx.HasOutput(1);
  s.has_present_value = ctx.HasOutput(2);
  s.has_scores = ctx.HasOutput(3);
  s.q_type = ctx.in(kQ).type;
  const bool packed_rows = ctx.in(kQ).dims.size() == 3;
  ONNXIFI_ASSIGN_OR_RETURN(const Shape q, HeadDims(ctx, kQ, "q_num_heads"));
  ONNXIFI_ASSIGN_OR_RETURN(const Shape k, HeadDims(ctx, kK, "kv_num_heads"));
  ONNXIFI_ASSIGN_OR_RETURN(const Shape v, HeadDims(ctx, kV, "kv_num_heads"));
  const TensorDesc* past_k = s.has[kPastKey] ? &ctx.in(kPastKey) : nullptr;
  const TensorDesc* past_v = s.has[kPastValue] ? &ctx.in(kPastValue) : nullptr;
  ONNXIFI_ASSIGN_OR_RETURN(s.key, HeadsCopy::Make(ctx, ctx.in(kK), k, past_k));
  ONNXIFI_ASSIGN_OR_RETURN(s.value,
                           HeadsCopy::Make(ctx, ctx.in(kV), v, past_v));
  AttentionArgs<F>& a = s.args;
  a.batch = q[0];
  a.q_heads = q[1];
  a.rows = q[2];
  a.width = q[3];
  a.kv_heads = k[1];
  a.keys = s.key.out_dims()[2];
  a.v_width = v[3];
  a.past = past_k == nullptr ? 0 : past_k->dims[2];
  if (k[0] != q[0] || v[0] != q[0] || k[3] != q[3] || v[1] != k[1] ||
      s.value.out_dims()[2] != a.keys || k[1] < 1 || q[1] % k[1] != 0 ||
      (s.has[kLengths] && Product(ctx.in(kLengths).dims) != q[0])) {
    return ShapeError(ctx, StrCat("Q ", ShapeText(q), ", K ", ShapeText(k),
                                  " and V ", ShapeText(v), " do not fit"));
  }
  SetRules(ctx, &a);
  a.q_view = ViewOf(q, packed_rows);
  a.y_view = ViewOf({q[0], q[1], q[2], v[3]}, packed_rows);
  ONNXIFI_RETURN_IF_ERROR(SetMask(ctx, &s));
  ONNXIFI_RETURN_IF_ERROR(SetOutputs(ctx, s, packed_rows));
  s.lanes = AttentionLanes(a, ctx.pool().threads());
  ScratchCursor cursor(nullptr);
  TakeBuffers(s, &cursor);
  ctx.BookScratch(cursor.bytes());
  ctx.SetStepState(&Run<F>, std::move(s));
  return Status::Ok();
}

Status Prepare(PrepareContext& ctx) {
  const bool wide = ctx.in(kQ).type == DataType::kDouble ||
                    ctx.in(kV).type == DataType::kDouble;
  return wide ? PrepareAs<double>(ctx) : PrepareAs<float>(ctx);
}

}  // namespace

ONNXIFI_DEFINE_OPS(attention, {.op = "Attention",
                               .supports = &Supports,
                               .prepare = &Prepare});

}  // namespace onnxifi::cpu
