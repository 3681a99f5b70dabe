#include "backends/common/control/control.h"

#include <utility>

#include "backends/common/control/value_util.h"
#include "base/str_cat.h"

namespace onnxifi::control {

// In ONNX a function whose body is made from the node's types; here a loop
// over the elements of its own.
Reject SupportsSequenceMap(const NodeView& n) {
  if (Reject r = RequireSequence(n, 0); !r.supported()) return r;
  return RequireBody(n, "body", n.input_count(), n.output_count());
}

Status EvaluateSequenceMap(EvaluateContext& ctx) {
  ONNXIFI_ASSIGN_OR_RETURN(const std::vector<RunValue>* first,
                           SequenceIn(ctx, 0));
  for (size_t i = 1; i < ctx.input_count(); ++i) {
    if (ctx.HasInput(i) && ctx.in(i).is_sequence() &&
        ctx.in(i).elements.size() != first->size()) {
      return ctx.Error(ONNXIFI_STATUS_MISMATCHING_SHAPE,
                       StrCat("input ", i, " has ", ctx.in(i).elements.size(),
                              " elements, input 0 has ", first->size()));
    }
  }
  std::vector<std::vector<RunValue>> outputs(ctx.output_count());
  for (size_t e = 0; e < first->size(); ++e) {
    std::vector<RunValue> inputs;
    for (size_t i = 0; i < ctx.input_count(); ++i) {
      if (!ctx.HasInput(i)) {
        inputs.emplace_back();
      } else {
        const RunValue& value = ctx.in(i);
        // A tensor goes whole into every call.
        inputs.push_back(value.is_sequence() ? value.elements[e] : value);
      }
    }
    ONNXIFI_ASSIGN_OR_RETURN(std::vector<RunValue> results,
                             ctx.RunBody("body", std::move(inputs)));
    for (size_t o = 0; o < outputs.size(); ++o) {
      if (!results[o].is_tensor()) {
        return ctx.Error(ONNXIFI_STATUS_MISMATCHING_DATATYPE,
                         StrCat("output ", o, " of the body is no tensor"));
      }
      outputs[o].push_back(std::move(results[o]));
    }
  }
  for (size_t o = 0; o < outputs.size(); ++o) {
    ctx.SetOutput(o, RunValue::Sequence(std::move(outputs[o])));
  }
  return Status::Ok();
}

}  // namespace onnxifi::control
