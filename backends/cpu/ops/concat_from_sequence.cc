#include <utility>

#include "backends/common/control/tensor_list.h"
#include "backends/common/control/value_util.h"
#include "backends/common/ops/op_util.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

Reject Supports(const NodeView& n) {
  if (!n.attrs().Has("axis")) {
    return {RejectReason::kAttribute, "there is no axis"};
  }
  return RequireSequence(n, 0);
}

Status Evaluate(EvaluateContext& ctx) {
  ONNXIFI_ASSIGN_OR_RETURN(const std::vector<RunValue>* sequence,
                           SequenceIn(ctx, 0));
  std::vector<graph::TensorPtr> tensors;
  for (const RunValue& element : *sequence) {
    if (!element.is_tensor()) {
      return ctx.Error(
          ONNXIFI_STATUS_MISMATCHING_DATATYPE,
          StrCat("the sequence holds a ", RunValueKindName(element.kind)));
    }
    tensors.push_back(element.tensor);
  }
  if (tensors.empty()) {
    return ctx.Error(ONNXIFI_STATUS_MISMATCHING_SHAPE,
                     "the sequence is empty: the result has no shape");
  }
  const bool stack = ctx.attrs().Int("new_axis", 0) != 0;
  const size_t rank = tensors[0]->dims.size() + (stack ? 1 : 0);
  ONNXIFI_ASSIGN_OR_RETURN(
      const size_t axis, NormalizeAxis(ctx, ctx.attrs().Int("axis", 0), rank));
  Result<graph::TensorPtr> joined =
      stack ? StackTensors(tensors, axis) : ConcatTensors(tensors, axis);
  if (!joined.ok()) {
    return ctx.Error(joined.status().code(), joined.status().message());
  }
  ctx.SetOutput(0, RunValue::Tensor(std::move(joined).value()));
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(concat_from_sequence, {.op = "ConcatFromSequence",
                                          .supports = &Supports,
                                          .evaluate = &Evaluate});

}  // namespace onnxifi::cpu
