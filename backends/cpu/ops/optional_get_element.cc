#include "backends/common/evaluate_context.h"

namespace onnxifi::cpu {
namespace {

Status Evaluate(EvaluateContext& ctx) {
  if (!ctx.HasInput(0) || ctx.in(0).kind == RunValue::Kind::kEmptyOptional) {
    return ctx.Error(ONNXIFI_STATUS_MISMATCHING_SHAPE, "the optional is empty");
  }
  ctx.SetOutput(0, ctx.in(0));
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(optional_get_element,
                   {.op = "OptionalGetElement", .evaluate = &Evaluate});

}  // namespace onnxifi::cpu
