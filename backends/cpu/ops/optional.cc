#include "backends/common/evaluate_context.h"

namespace onnxifi::cpu {
namespace {

// A full optional is what it holds.
Status Evaluate(EvaluateContext& ctx) {
  ctx.SetOutput(0, ctx.HasInput(0) ? ctx.in(0) : RunValue::EmptyOptional());
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(optional, {.op = "Optional", .evaluate = &Evaluate});

}  // namespace onnxifi::cpu
