#include "backends/cpu/kernels/attention.h"

#include <iterator>
#include <limits>
#include <utility>

#include "backends/common/ops/attention_node.h"
#include "backends/common/ops/op_util.h"
#include "backends/cpu/kernels/block_copy.h"
#include "backends/cpu/kernels/elementwise_util.h"
#include "backends/cpu/kernels/float_stage.h"
#include "backends/cpu/kernels/heads_copy.h"
#include "backends/cpu/kernels/type_dispatch.h"

namespace onnxifi::cpu {
namespace {

using enum AttentionNode::Input;

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
  return SupportsAttention(n);
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

HeadsView ViewOf(const Shape& dims, bool packed_rows) {
  const int64_t width = dims[3];
  return packed_rows
             ? HeadsView{dims[1] * dims[2] * width, width, dims[1] * width}
             : HeadsView{dims[1] * dims[2] * width, dims[2] * width, width};
}

template <typename F>
void SetArgs(const AttentionNode& node, AttentionArgs<F>* a) {
  a->batch = node.batch;
  a->q_heads = node.q_heads;
  a->kv_heads = node.kv_heads;
  a->rows = node.rows;
  a->keys = node.keys;
  a->width = node.width;
  a->v_width = node.v_width;
  a->past = node.past;
  a->scale = static_cast<F>(node.scale);
  a->softcap = node.softcap;
  a->causal = node.causal;
  a->left_window = node.left_window;
  a->right_window = node.right_window;
  a->scores_output = node.scores;
  const auto& strides = node.mask_strides;
  a->mask = {nullptr,    strides[0], strides[1],
             strides[2], strides[3], node.mask_columns};
}

template <typename F>
Status PrepareAs(PrepareContext& ctx) {
  ONNXIFI_ASSIGN_OR_RETURN(const AttentionNode node, ReadAttention(ctx));
  State<F> s;
  for (size_t i = 0; i < std::size(s.has); ++i) s.has[i] = ctx.HasInput(i);
  s.has_present_key = ctx.HasOutput(1);
  s.has_present_value = ctx.HasOutput(2);
  s.has_scores = ctx.HasOutput(3);
  s.q_type = ctx.in(kQ).type;
  const bool packed_rows = ctx.in(kQ).dims.size() == 3;
  const TensorDesc* past_k = s.has[kPastKey] ? &ctx.in(kPastKey) : nullptr;
  const TensorDesc* past_v = s.has[kPastValue] ? &ctx.in(kPastValue) : nullptr;
  ONNXIFI_ASSIGN_OR_RETURN(
      s.key, HeadsCopy::Make(ctx, ctx.in(kK), node.new_keys(), past_k));
  ONNXIFI_ASSIGN_OR_RETURN(
      s.value, HeadsCopy::Make(ctx, ctx.in(kV), node.new_values(), past_v));
  AttentionArgs<F>& a = s.args;
  SetArgs(node, &a);
  a.q_view =
      ViewOf({node.batch, node.q_heads, node.rows, node.width}, packed_rows);
  a.y_view =
      ViewOf({node.batch, node.q_heads, node.rows, node.v_width}, packed_rows);
  if (s.has[kMask]) {
    s.mask_type = ctx.in(kMask).type;
    s.mask_count = Product(ctx.in(kMask).dims);
  }
  ONNXIFI_RETURN_IF_ERROR(SetAttentionOutputs(ctx, node));
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
