#include "backends/common/control/value_util.h"

namespace onnxifi::cpu {
namespace {

// The type of the elements that it does not have matters to inference only.
Status Evaluate(EvaluateContext& ctx) {
  ctx.SetOutput(0, RunValue::Sequence({}));
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(sequence_empty,
                   {.op = "SequenceEmpty", .evaluate = &Evaluate});

}  // namespace onnxifi::cpu
