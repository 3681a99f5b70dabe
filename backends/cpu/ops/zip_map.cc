#include <algorithm>
#include <utility>

#include "backends/common/evaluate_context.h"
#include "backends/cpu/kernels/class_labels.h"
#include "backends/cpu/kernels/elementwise_util.h"
#include "backends/cpu/kernels/ml_node.h"
#include "backends/cpu/kernels/node_key.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

using graph::TensorData;
using graph::TensorPtr;

Reject Supports(const NodeView& n) {
  if (n.input_type(0) != DataType::kUndefined) {
    if (Reject r = RequireType(n, 0, {DataType::kFloat}); !r.supported()) {
      return r;
    }
  }
  return RequireRankAtMost(n, 0, 2);
}

// The keys of every map.
Result<TensorPtr> MakeKeys(const NodeView& n) {
  ONNXIFI_ASSIGN_OR_RETURN(
      const ClassLabels labels,
      ClassLabels::Read(n, "classlabels_int64s", "classlabels_strings"));
  const auto strings = AttrStrings(n, "classlabels_strings");
  const Shape dims = {static_cast<int64_t>(labels.size())};
  if (labels.type() == DataType::kString) {
    return graph::MakeStringTensor({strings.begin(), strings.end()}, dims);
  }
  ONNXIFI_ASSIGN_OR_RETURN(const graph::NewTensor made,
                           graph::MakeTensor(DataType::kInt64, dims));
  for (int64_t i = 0; i < dims[0]; ++i) {
    labels.Store(made.data, i, static_cast<size_t>(i));
  }
  return made.tensor;
}

Status Evaluate(EvaluateContext& ctx) {
  ONNXIFI_ASSIGN_OR_RETURN(const TensorData* in,
                           ctx.Tensor(0, DataType::kFloat));
  ONNXIFI_ASSIGN_OR_RETURN(const TensorPtr keys,
                           ctx.packed().GetOrMake<TensorData>(
                               NodeKey(ctx), [&] { return MakeKeys(ctx); }));
  const int64_t columns = keys->dims[0];
  if (in->dims.empty() || in->dims.size() > 2 || in->dims.back() != columns) {
    return ctx.Error(ONNXIFI_STATUS_MISMATCHING_SHAPE,
                     StrCat("the input is ", ShapeText(in->dims), " for ",
                            columns, " keys"));
  }
  const int64_t rows = in->dims.size() == 2 ? in->dims[0] : 1;
  // One block holds the values of all maps.
  ONNXIFI_ASSIGN_OR_RETURN(const graph::NewTensor all,
                           graph::MakeTensor(DataType::kFloat, in->dims));
  std::copy_n(Elements<float>(*in), rows * columns,
              static_cast<float*>(all.data));
  std::vector<RunValue> maps;
  maps.reserve(static_cast<size_t>(rows));
  for (int64_t row = 0; row < rows; ++row) {
    auto values = std::make_shared<TensorData>();
    values->type = DataType::kFloat;
    values->dims = {columns};
    values->data = static_cast<const float*>(all.data) + row * columns;
    values->bytes = static_cast<size_t>(columns) * sizeof(float);
    values->owner = all.tensor;
    maps.push_back(RunValue::Map(keys, std::move(values)));
  }
  ctx.SetOutput(0, RunValue::Sequence(std::move(maps)));
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(zip_map, {.domain = kMlDomain,
                             .op = "ZipMap",
                             .supports = &Supports,
                             .evaluate = &Evaluate});

}  // namespace onnxifi::cpu
