#include <algorithm>
#include <cstring>

#include "backends/common/ops/op_util.h"

namespace onnxifi::shape_ops {
namespace {

Reject Supports(const NodeView&) { return {}; }

Status Prepare(PrepareContext& ctx) {
  const graph::Shape& in = ctx.in(0).dims;
  const int64_t rank = static_cast<int64_t>(in.size());
  int64_t start = ctx.attrs().Int("start", 0);
  int64_t end = ctx.attrs().Int("end", rank);
  if (start < 0) start += rank;
  if (end < 0) end += rank;
  start = std::clamp<int64_t>(start, 0, rank);
  end = std::clamp<int64_t>(end, start, rank);
  ONNXIFI_ASSIGN_OR_RETURN(
      const graph::NewTensor made,
      graph::MakeTensor(graph::DataType::kInt64, {end - start}));
  std::copy(in.begin() + start, in.begin() + end,
            static_cast<int64_t*>(made.data));
  return ctx.SetConstantOutput(0, made.tensor);
}

}  // namespace

ONNXIFI_DEFINE_OPS(shape, {.op = "Shape",
                           .supports = &Supports,
                           .prepare = &Prepare,
                           .any_layout = true});

}  // namespace onnxifi::shape_ops
