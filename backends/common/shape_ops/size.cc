#include "backends/common/ops/op_util.h"

namespace onnxifi::shape_ops {
namespace {

Reject Supports(const NodeView&) { return {}; }

Status Prepare(PrepareContext& ctx) {
  ONNXIFI_ASSIGN_OR_RETURN(const graph::NewTensor made,
                           graph::MakeTensor(graph::DataType::kInt64, {}));
  *static_cast<int64_t*>(made.data) = Product(ctx.in(0).dims);
  return ctx.SetConstantOutput(0, made.tensor);
}

}  // namespace

ONNXIFI_DEFINE_OPS(size, {.op = "Size",
                          .supports = &Supports,
                          .prepare = &Prepare,
                          .any_layout = true});

}  // namespace onnxifi::shape_ops
