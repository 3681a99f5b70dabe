#include "backends/common/evaluate_context.h"

namespace onnxifi::cpu {
namespace {

Status Evaluate(EvaluateContext& ctx) {
  ONNXIFI_ASSIGN_OR_RETURN(
      uint8_t * out, ctx.MakeOutput<uint8_t>(0, graph::DataType::kBool, {}));
  *out = ctx.HasInput(0) && ctx.in(0).kind != RunValue::Kind::kEmptyOptional;
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(optional_has_element,
                   {.op = "OptionalHasElement", .evaluate = &Evaluate});

}  // namespace onnxifi::cpu
