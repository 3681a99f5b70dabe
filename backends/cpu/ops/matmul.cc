#include "backends/cpu/kernels/elementwise_util.h"
#include "backends/cpu/matmul_plan.h"

namespace onnxifi::cpu {
namespace {

using MatMulTypes =
    ConcatTypes<FloatTypes,
                TypeList<int32_t, int64_t, uint32_t, uint64_t>>::Type;

Reject Supports(const NodeView& node) {
  Reject reject = RequireTypeIn<MatMulTypes>(node, 0);
  return reject.supported() ? RequireTypeIn<MatMulTypes>(node, 1) : reject;
}

Status Prepare(PrepareContext& ctx) {
  MatMulNode node;
  ONNXIFI_RETURN_IF_ERROR(ReadMatMulShapes(ctx, &node));
  return PlanMatMul(ctx, std::move(node));
}

}  // namespace

ONNXIFI_DEFINE_OPS(matmul, {.op = "MatMul",
                            .supports = &Supports,
                            .prepare = &Prepare});

}  // namespace onnxifi::cpu
