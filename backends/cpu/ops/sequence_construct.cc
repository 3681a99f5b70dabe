#include <utility>

#include "backends/common/control/value_util.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

Reject Supports(const NodeView& n) {
  for (size_t i = 0; i < n.input_count(); ++i) {
    if (Reject r = RequireTensorLike(n, i); !r.supported()) return r;
  }
  return {};
}

Status Evaluate(EvaluateContext& ctx) {
  std::vector<RunValue> elements;
  for (size_t i = 0; i < ctx.input_count(); ++i) {
    ONNXIFI_ASSIGN_OR_RETURN(const graph::TensorData* tensor, ctx.Tensor(i));
    if (i > 0 && tensor->type != elements[0].tensor->type) {
      return ctx.Error(ONNXIFI_STATUS_MISMATCHING_DATATYPE,
                       StrCat("input ", i, " has another type than input 0"));
    }
    elements.push_back(ctx.in(i));
  }
  ctx.SetOutput(0, RunValue::Sequence(std::move(elements)));
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(sequence_construct, {.op = "SequenceConstruct",
                                        .supports = &Supports,
                                        .evaluate = &Evaluate});

}  // namespace onnxifi::cpu
