// Without bodies that change scores or probabilities it is a plain attention.
#include <algorithm>
#include <cmath>
#include <utility>

#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/attention.h"
#include "backends/opencl/kernels/element_loop.h"
#include "backends/opencl/kernels/pointwise.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

using Kind = HeadsPlace::Kind;

Reject Supports(const NodeView& node) {
  for (const char* body : {"score_mod", "prob_mod"}) {
    if (node.attrs().Has(body)) return {RejectReason::kAttribute, body};
  }
  for (size_t i = 0; i < 3; ++i) {
    if (Reject r = RequireTypes(node, i, kFloatTypes); !r.supported()) return r;
  }
  const int64_t precision = node.attrs().Int("softmax_precision", 1);
  const bool known =
      precision > 0 && precision < 32 &&
      (TypeBit(static_cast<DataType>(precision)) & kFloatTypes) != 0;
  return known ? Reject()
               : Reject(RejectReason::kAttribute, "softmax_precision");
}

Result<AttentionNode> ReadNode(const PrepareContext& ctx) {
  const Shape& q = ctx.in(0).dims;
  const Shape& k = ctx.in(1).dims;
  const Shape& v = ctx.in(2).dims;
  const DataType type = ctx.in(0).type;
  if (ctx.in(1).type != type || ctx.in(2).type != type || q.size() != 4 ||
      k.size() != 4 || v.size() != 4 || k[0] != q[0] || v[0] != q[0] ||
      v[1] != k[1] || v[2] != k[2] || k[3] != q[3] || k[1] == 0 ||
      q[1] % k[1] != 0) {
    return ShapeError(ctx,
                      StrCat("queries ", ShapeText(q), ", keys ", ShapeText(k),
                             " and values ", ShapeText(v), " do not fit"));
  }
  AttentionNode node;
  node.batch = q[0];
  node.q_heads = q[1];
  node.kv_heads = k[1];
  node.rows = q[2];
  node.keys = k[2];
  node.width = q[3];
  node.v_width = v[3];
  const auto width = static_cast<double>(std::max<int64_t>(node.width, 1));
  node.scale = static_cast<double>(
      ctx.attrs().Float("scale", static_cast<float>(1 / std::sqrt(width))));
  return node;
}

Status Prepare(PrepareContext& ctx) {
  AttentionPlan plan;
  ONNXIFI_ASSIGN_OR_RETURN(plan.node, ReadNode(ctx));
  const AttentionNode& node = plan.node;
  const TensorDesc q = ctx.in(0);
  const Shape dims = {node.batch, node.q_heads, node.rows, node.v_width};
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {q.type, dims}));
  plan.q = PlaceHeads(Kind::kInput, 0, q, node.q_heads, node.rows, node.width);
  plan.k = PlaceHeads(Kind::kInput, 1, q, node.kv_heads, node.keys, node.width);
  plan.v =
      PlaceHeads(Kind::kInput, 2, q, node.kv_heads, node.keys, node.v_width);
  plan.y =
      PlaceHeads(Kind::kOutput, 0, q, node.q_heads, node.rows, node.v_width);
  const bool asked = ctx.attrs().Int("softmax_precision", 1) ==
                     static_cast<int64_t>(DataType::kDouble);
  const bool wide =
      q.type == DataType::kDouble || (asked && FactsOf(ctx).has_double);
  plan.compute = wide ? DataType::kDouble : DataType::kFloat;
  std::vector<Launch> launches;
  AddAttention(ctx, plan, &launches);
  SetLaunches(ctx, std::move(launches));
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(flex_attention, {.domain = "ai.onnx.preview",
                                    .op = "FlexAttention",
                                    .supports = &Supports,
                                    .prepare = &Prepare});

}  // namespace onnxifi::opencl
