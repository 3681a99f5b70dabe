#include "backends/common/evaluate_context.h"

#include <cstring>

#include "base/str_cat.h"

namespace onnxifi {

using graph::DataType;
using graph::TensorData;

Status EvaluateContext::Error(onnxStatus code, std::string_view text) const {
  return Status(code, StrCat(node().op_type, " '", node().name, "': ", text));
}

Result<const TensorData*> EvaluateContext::Tensor(size_t i) const {
  if (!HasInput(i)) {
    return Error(ONNXIFI_STATUS_INVALID_MODEL, StrCat("needs input ", i));
  }
  if (!in(i).is_tensor()) {
    return Error(ONNXIFI_STATUS_MISMATCHING_DATATYPE,
                 StrCat("input ", i, " is a ", RunValueKindName(in(i).kind),
                        ", not a tensor"));
  }
  return in(i).tensor.get();
}

Result<const TensorData*> EvaluateContext::Tensor(size_t i,
                                                  DataType type) const {
  ONNXIFI_ASSIGN_OR_RETURN(const TensorData* tensor, Tensor(i));
  if (tensor->type != type) {
    return Error(ONNXIFI_STATUS_MISMATCHING_DATATYPE,
                 StrCat("input ", i, " is ", graph::DataTypeName(tensor->type),
                        ", expected ", graph::DataTypeName(type)));
  }
  return tensor;
}

Result<std::vector<int64_t>> EvaluateContext::Ints(size_t i) const {
  ONNXIFI_ASSIGN_OR_RETURN(const TensorData* tensor, Tensor(i));
  return graph::ReadInts(*tensor);
}

}  // namespace onnxifi
