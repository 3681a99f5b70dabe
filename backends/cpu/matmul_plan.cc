#include "backends/cpu/matmul_plan.h"

#include "backends/cpu/kernels/broadcast.h"
#include "backends/cpu/kernels/type_dispatch.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {

namespace {

Status Mismatch(const PrepareContext& ctx, const std::string& what) {
  return Status(ONNXIFI_STATUS_MISMATCHING_SHAPE,
                StrCat(ctx.node().op_type, " '", ctx.node().name, "': ", what,
                       " (A ", ShapeText(ctx.in(0).dims), ", B ",
                       ShapeText(ctx.in(1).dims), ")"));
}

// For each matrix of the broadcast batch: which matrix of a tensor with
// batch dimensions `own` it is.
std::vector<int64_t> MatrixIndices(const Shape& batch, const Shape& own) {
  int64_t count = 1;
  for (const int64_t dim : batch) count *= dim;
  std::vector<int64_t> indices(static_cast<size_t>(count));
  const size_t lead = batch.size() - own.size();
  for (int64_t i = 0; i < count; ++i) {
    int64_t rest = i, index = 0, stride = 1;
    for (size_t d = batch.size(); d-- > 0;) {
      const int64_t at = batch[d] == 0 ? 0 : rest % batch[d];
      rest /= batch[d];
      if (d < lead) continue;
      if (own[d - lead] != 1) index += at * stride;
      stride *= own[d - lead];
    }
    indices[static_cast<size_t>(i)] = index;
  }
  return indices;
}

}  // namespace

Reject SupportsMatMulTypes(const NodeView& node) {
  using Types =
      ConcatTypes<FloatTypes,
                  TypeList<int32_t, int64_t, uint32_t, uint64_t>>::Type;
  for (size_t i = 0; i < node.input_count(); ++i) {
    if (node.HasInput(i) && !HasType<Types>(node.input_type(i))) {
      return {
          RejectReason::kDataType,
          StrCat("input ", i, " is ", graph::DataTypeName(node.input_type(i)))};
    }
  }
  return {};
}

Result<MatMulNode> ReadMatMulNode(PrepareContext& ctx) {
  Shape a = ctx.in(0).dims, b = ctx.in(1).dims;
  if (a.empty() || b.empty()) return Mismatch(ctx, "scalars do not multiply");
  const bool vector_a = a.size() == 1, vector_b = b.size() == 1;
  if (vector_a) a.insert(a.begin(), 1);
  if (vector_b) b.push_back(1);
  MatMulNode node;
  node.m = a[a.size() - 2];
  node.k = a.back();
  node.n = b.back();
  if (b[b.size() - 2] != node.k) {
    return Mismatch(ctx, "columns of A differ from rows of B");
  }
  const Shape batches[2] = {Shape(a.begin(), a.end() - 2),
                            Shape(b.begin(), b.end() - 2)};
  ONNXIFI_ASSIGN_OR_RETURN(Shape out, BroadcastShape(ctx.node(), batches));
  node.a_of = MatrixIndices(out, batches[0]);
  node.b_of = MatrixIndices(out, batches[1]);
  if (!vector_a) out.push_back(node.m);
  if (!vector_b) out.push_back(node.n);
  ONNXIFI_RETURN_IF_ERROR(
      ctx.SetOutput(0, {ctx.in(0).type, out, Layout::kPlain}));
  return node;
}

Result<MatMulNode> ReadGemmNode(PrepareContext& ctx) {
  const Shape &a = ctx.in(0).dims, &b = ctx.in(1).dims;
  if (a.size() != 2 || b.size() != 2) {
    return Mismatch(ctx, "Gemm takes matrices");
  }
  const graph::AttrReader attrs = ctx.attrs();
  MatMulNode node;
  node.transposed_a = attrs.Int("transA", 0) != 0;
  node.transposed_b = attrs.Int("transB", 0) != 0;
  node.alpha = attrs.Float("alpha", 1.0f);
  node.beta = attrs.Float("beta", 1.0f);
  node.m = a[node.transposed_a ? 1 : 0];
  node.k = a[node.transposed_a ? 0 : 1];
  node.n = b[node.transposed_b ? 0 : 1];
  if (b[node.transposed_b ? 1 : 0] != node.k) {
    return Mismatch(ctx, "columns of A differ from rows of B");
  }
  node.a_of = node.b_of = {0};
  if (ctx.HasInput(2) && node.beta != 0) {
    Shape c = ctx.in(2).dims;
    if (c.size() > 2) return Mismatch(ctx, "C has more than two dimensions");
    while (c.size() < 2) c.insert(c.begin(), 1);
    if ((c[0] != 1 && c[0] != node.m) || (c[1] != 1 && c[1] != node.n)) {
      return Mismatch(ctx, "C " + ShapeText(ctx.in(2).dims) +
                               " does not broadcast to the product");
    }
    node.has_c = true;
    node.c_row = c[0] == 1 ? 0 : c[1];
    node.c_column = c[1] == 1 ? 0 : 1;
  }
  ONNXIFI_RETURN_IF_ERROR(
      ctx.SetOutput(0, {ctx.in(0).type, {node.m, node.n}, Layout::kPlain}));
  return node;
}

}  // namespace onnxifi::cpu
