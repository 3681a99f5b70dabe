#include "backends/common/ops/attention_node.h"

#include <algorithm>
#include <cmath>

#include "backends/common/ops/op_util.h"
#include "base/str_cat.h"

namespace onnxifi {

namespace {

using Input = AttentionNode::Input;

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

// Rows of the cache in front of new rows of `dims`; 0 without one.
Result<int64_t> PastRows(const PrepareContext& ctx, size_t past, size_t fresh,
                         const Shape& dims) {
  if (!ctx.HasInput(past)) return int64_t{0};
  const Shape& p = ctx.in(past).dims;
  if (p.size() != 4 || p[0] != dims[0] || p[1] != dims[1] || p[3] != dims[3] ||
      ctx.in(past).type != ctx.in(fresh).type) {
    return ShapeError(
        ctx, StrCat("past ", ShapeText(p), " does not fit ", ShapeText(dims)));
  }
  Shape joined = dims;
  joined[2] += p[2];
  ONNXIFI_RETURN_IF_ERROR(graph::ElementCount(joined).status());
  return p[2];
}

Status ReadMask(const PrepareContext& ctx, AttentionNode* node) {
  if (!ctx.HasInput(Input::kMask)) return Status::Ok();
  const Shape& dims = ctx.in(Input::kMask).dims;
  const Shape full = node->scores_dims();
  bool fits = dims.size() <= 4 && !dims.empty();
  int64_t stride = 1;
  for (size_t i = dims.size(); fits && i-- > 0;) {
    const size_t at = i + 4 - dims.size();
    fits =
        dims[i] == 1 || dims[i] == full[at] || (at == 3 && dims[i] <= full[at]);
    node->mask_strides[at] = dims[i] == 1 && full[at] != 1 ? 0 : stride;
    stride *= dims[i];
  }
  if (!fits) {
    return ShapeError(
        ctx, StrCat("mask ", ShapeText(dims), " does not fit the scores"));
  }
  // A single column is a broadcast only when there is a single key.
  node->mask_columns = dims.back();
  return Status::Ok();
}

void ReadRules(const PrepareContext& ctx, AttentionNode* node) {
  const graph::AttrReader attrs = ctx.attrs();
  const auto width = static_cast<double>(std::max<int64_t>(node->width, 1));
  node->scale = attrs.Has("scale")
                    ? static_cast<double>(attrs.Float("scale", 0))
                    : 1 / std::sqrt(width);
  node->softcap = attrs.Float("softcap", 0);
  node->causal = attrs.Int("is_causal", 0) != 0;
  node->left_window = attrs.Int("left_window_size", -1);
  node->right_window = attrs.Int("right_window_size", -1);
  node->scores =
      static_cast<AttentionNode::Scores>(attrs.Int("qk_matmul_output_mode", 0));
}

}  // namespace

Reject SupportsAttention(const NodeView& node) {
  const int64_t mode = node.attrs().Int("qk_matmul_output_mode", 0);
  return mode >= 0 && mode <= 3
             ? Reject()
             : Reject(RejectReason::kAttribute, "qk_matmul_output_mode");
}

Result<AttentionNode> ReadAttention(const PrepareContext& ctx) {
  ONNXIFI_ASSIGN_OR_RETURN(const Shape q,
                           HeadDims(ctx, Input::kQ, "q_num_heads"));
  ONNXIFI_ASSIGN_OR_RETURN(const Shape k,
                           HeadDims(ctx, Input::kK, "kv_num_heads"));
  ONNXIFI_ASSIGN_OR_RETURN(const Shape v,
                           HeadDims(ctx, Input::kV, "kv_num_heads"));
  AttentionNode node;
  ONNXIFI_ASSIGN_OR_RETURN(node.past,
                           PastRows(ctx, Input::kPastKey, Input::kK, k));
  ONNXIFI_ASSIGN_OR_RETURN(const int64_t past_values,
                           PastRows(ctx, Input::kPastValue, Input::kV, v));
  node.batch = q[0];
  node.q_heads = q[1];
  node.rows = q[2];
  node.width = q[3];
  node.kv_heads = k[1];
  node.keys = k[2] + node.past;
  node.v_width = v[3];
  if (k[0] != q[0] || v[0] != q[0] || k[3] != q[3] || v[1] != k[1] ||
      v[2] + past_values != node.keys || v[2] != k[2] || k[1] < 1 ||
      q[1] % k[1] != 0 ||
      (ctx.HasInput(Input::kLengths) &&
       Product(ctx.in(Input::kLengths).dims) != q[0])) {
    return ShapeError(ctx, StrCat("Q ", ShapeText(q), ", K ", ShapeText(k),
                                  " and V ", ShapeText(v), " do not fit"));
  }
  ReadRules(ctx, &node);
  ONNXIFI_RETURN_IF_ERROR(ReadMask(ctx, &node));
  return node;
}

Status SetAttentionOutputs(PrepareContext& ctx, const AttentionNode& node) {
  const DataType type = ctx.in(Input::kQ).type;
  Shape y = {node.batch, node.q_heads, node.rows, node.v_width};
  if (ctx.in(Input::kQ).dims.size() == 3) {
    y = {node.batch, node.rows, node.q_heads * node.v_width};
  }
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {type, std::move(y)}));
  const std::pair<size_t, int64_t> caches[] = {{1, node.width},
                                               {2, node.v_width}};
  for (const auto& [o, width] : caches) {
    if (!ctx.HasOutput(o)) continue;
    ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(
        o, {ctx.in(o).type, {node.batch, node.kv_heads, node.keys, width}}));
  }
  if (!ctx.HasOutput(3)) return Status::Ok();
  return ctx.SetOutput(3, {type, node.scores_dims()});
}

}  // namespace onnxifi
