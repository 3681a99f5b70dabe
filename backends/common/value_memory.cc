#include "backends/common/value_memory.h"

#include <utility>

namespace onnxifi {

Status AlignValue(RunValue* value) {
  if (value->tensor != nullptr) {
    ONNXIFI_ASSIGN_OR_RETURN(value->tensor,
                             AlignedTensor(std::move(value->tensor)));
  }
  for (RunValue& element : value->elements) {
    ONNXIFI_RETURN_IF_ERROR(AlignValue(&element));
  }
  return Status::Ok();
}

void KeepStrings(const RunValue& value, RunScope& scope) {
  if (value.tensor != nullptr &&
      value.tensor->type == graph::DataType::kString) {
    scope.keep.push_back(value.tensor);
  }
  for (const RunValue& element : value.elements) KeepStrings(element, scope);
}

}  // namespace onnxifi
