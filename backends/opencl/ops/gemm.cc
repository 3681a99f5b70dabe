#include "backends/opencl/kernels/gemm.h"

#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/element_loop.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

Status Prepare(PrepareContext& ctx) {
  const graph::Shape& a = ctx.in(0).dims;
  const graph::Shape& b = ctx.in(1).dims;
  const graph::AttrReader attrs = ctx.attrs();
  GemmNode node;
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
  node.m = a[node.transpose_a ? 1 : 0];
  node.k = a[node.transpose_a ? 0 : 1];
  node.n = b[node.transpose_b ? 0 : 1];
  const graph::Shape output = {node.m, node.n};
  if (ctx.HasInput(2)) {
    const graph::Shape& c = ctx.in(2).dims;
    node.addend = 2;
    node.addend_strides = BroadcastStrides(c, output);
    for (size_t d = 0; d < c.size(); ++d) {
      const int64_t dim = c[c.size() - 1 - d];
      if (c.size() > 2 || (dim != 1 && dim != output[1 - d])) {
        return ShapeError(
            ctx, StrCat("C of shape ", ShapeText(c), " does not broadcast to ",
                        ShapeText(output)));
      }
    }
  }
  return PlanGemm(ctx, node, output);
}

}  // namespace

ONNXIFI_DEFINE_OPS(gemm, {.op = "Gemm",
                          .supports = &SupportsGemm,
                          .prepare = &Prepare});

}  // namespace onnxifi::opencl
