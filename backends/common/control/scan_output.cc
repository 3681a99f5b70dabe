#include "backends/common/control/scan_output.h"

#include <algorithm>
#include <utility>

#include "backends/common/control/tensor_list.h"
#include "backends/common/control/value_util.h"
#include "base/str_cat.h"

namespace onnxifi {

using graph::TensorPtr;

namespace {

// The shape of one element as far as the model tells it.
graph::Shape DeclaredDims(const graph::Value& declared) {
  graph::Shape dims = declared.dims;
  for (int64_t& dim : dims) dim = std::max<int64_t>(dim, 0);
  return dims;
}

Status CheckType(const EvaluateContext& ctx, const graph::Value& declared) {
  if (graph::ElementBits(declared.type) != 0) return Status::Ok();
  return ctx.Error(ONNXIFI_STATUS_UNSUPPORTED_DATATYPE,
                   StrCat("there is no iteration, and the model does not tell "
                          "the type of the body's output '",
                          declared.name, "'"));
}

}  // namespace

Status ScanOutput::Add(const EvaluateContext& ctx, RunValue value) {
  if (!value.is_tensor()) {
    return ctx.Error(ONNXIFI_STATUS_MISMATCHING_DATATYPE,
                     StrCat("the body's output '", declared_->name, "' is a ",
                            RunValueKindName(value.kind), ", not a tensor"));
  }
  elements_.push_back(std::move(value.tensor));
  return Status::Ok();
}

Result<TensorPtr> ScanOutput::Join(const EvaluateContext& ctx, int64_t axis,
                                   bool reverse) const {
  const size_t rank =
      (empty() ? declared_->dims.size() : first().dims.size()) + 1;
  ONNXIFI_ASSIGN_OR_RETURN(const size_t at, AxisIndex(ctx, axis, rank));
  if (empty()) {
    ONNXIFI_RETURN_IF_ERROR(CheckType(ctx, *declared_));
    graph::Shape dims = DeclaredDims(*declared_);
    dims.insert(dims.begin() + static_cast<int64_t>(at), 0);
    ONNXIFI_ASSIGN_OR_RETURN(
        graph::NewTensor made,
        graph::MakeTensor(declared_->type, std::move(dims)));
    return std::move(made.tensor);
  }
  std::vector<TensorPtr> ordered = elements_;
  if (reverse) std::reverse(ordered.begin(), ordered.end());
  Result<TensorPtr> joined = StackTensors(ordered, at);
  if (joined.ok()) return joined;
  return ctx.Error(joined.status().code(),
                   StrCat("the body's output '", declared_->name,
                          "' changes: ", joined.status().message()));
}

Result<TensorPtr> DeclaredElement(const EvaluateContext& ctx,
                                  const graph::Value& declared) {
  ONNXIFI_RETURN_IF_ERROR(CheckType(ctx, declared));
  ONNXIFI_ASSIGN_OR_RETURN(
      graph::NewTensor made,
      graph::MakeTensor(declared.type, DeclaredDims(declared)));
  return std::move(made.tensor);
}

}  // namespace onnxifi
