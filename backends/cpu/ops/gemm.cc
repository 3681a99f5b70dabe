#include "backends/cpu/kernels/elementwise_util.h"
#include "backends/cpu/matmul_plan.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

using GemmTypes =
    ConcatTypes<FloatTypes,
                TypeList<int32_t, int64_t, uint32_t, uint64_t>>::Type;

Reject Supports(const NodeView& node) {
  for (size_t i = 0; i < node.input_count(); ++i) {
    Reject reject = RequireTypeIn<GemmTypes>(node, i);
    if (!reject.supported()) return reject;
    if (node.input_rank(i) > 2) {
      return {RejectReason::kShape,
              StrCat("input ", i, " of rank ", node.input_rank(i))};
    }
  }
  return {};
}

Status Prepare(PrepareContext& ctx) {
  const graph::Shape& a = ctx.in(0).dims;
  const graph::Shape& b = ctx.in(1).dims;
  const graph::AttrReader attrs = ctx.attrs();
  MatMulNode node;
  node.transpose_a = attrs.Int("transA", 0) != 0;
  node.transpose_b = attrs.Int("transB", 0) != 0;
  node.alpha = attrs.Float("alpha", 1.0f);
  node.beta = attrs.Float("beta", 1.0f);
  node.activation = ReadActivation(ctx.node());
  if (a.size() != 2 || b.size() != 2 ||
      a[node.transpose_a ? 0 : 1] != b[node.transpose_b ? 1 : 0]) {
    return ShapeError(ctx, StrCat("cannot multiply ", ShapeText(a), " by ",
                                  ShapeText(b), " (transA ", node.transpose_a,
                                  ", transB ", node.transpose_b, ")"));
  }
  node.shape = {a[node.transpose_a ? 1 : 0], b[node.transpose_b ? 0 : 1],
                a[node.transpose_a ? 0 : 1]};
  node.output = {node.shape.m, node.shape.n};
  node.a_offsets = {0};
  node.b_offsets = {0};
  if (ctx.HasInput(2)) node.addend_input = 2;
  return PlanMatMul(ctx, std::move(node));
}

}  // namespace

ONNXIFI_DEFINE_OPS(gemm,
                   {.op = "Gemm", .supports = &Supports, .prepare = &Prepare});

}  // namespace onnxifi::cpu
