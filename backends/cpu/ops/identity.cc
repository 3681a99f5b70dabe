#include "backends/common/evaluate_context.h"
#include "backends/cpu/kernels/elementwise_util.h"

namespace onnxifi::cpu {
namespace {

Reject Supports(const NodeView& n) { return RequireTensors(n); }

Status Prepare(PrepareContext& ctx) {
  return ctx.AliasOutput(0, 0, ctx.in(0).dims);
}

// Values of any other kind, and those whose kind the model does not tell.
Status Evaluate(EvaluateContext& ctx) {
  ctx.SetOutput(0, ctx.in(0));
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(identity,
                   {.op = "Identity",
                    .supports = &Supports,
                    .prepare = &Prepare,
                    .any_layout = true},
                   {.op = "Identity", .evaluate = &Evaluate});

}  // namespace onnxifi::cpu
