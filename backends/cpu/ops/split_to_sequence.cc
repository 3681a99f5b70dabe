#include <algorithm>
#include <utility>

#include "backends/common/control/tensor_list.h"
#include "backends/common/control/value_util.h"
#include "backends/common/ops/op_util.h"
#include "base/checked.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

// A tensor of no elements can have an axis of any size.
constexpr int64_t kMostParts = int64_t{1} << 24;

Reject Supports(const NodeView& n) { return RequireTensorLike(n, 0); }

// The size of each part along the axis.
Result<std::vector<int64_t>> PartSizes(const EvaluateContext& ctx,
                                       int64_t total) {
  std::vector<int64_t> sizes;
  int64_t size = 1;
  if (ctx.HasInput(1)) {
    ONNXIFI_ASSIGN_OR_RETURN(sizes, ctx.Ints(1));
    ONNXIFI_ASSIGN_OR_RETURN(const graph::TensorData* split, ctx.Tensor(1));
    if (!split->dims.empty()) {
      int64_t sum = 0;
      for (const int64_t part : sizes) {
        if (part < 0 || !CheckedAdd(sum, part, &sum)) sum = -1;
        if (sum < 0) break;
      }
      if (split->dims.size() == 1 && sum == total) return sizes;
      return ctx.Error(ONNXIFI_STATUS_MISMATCHING_SHAPE,
                       StrCat("the parts do not add up to ", total));
    }
    size = sizes[0];
    sizes.clear();
  }
  if (size < 1) {
    return ctx.Error(ONNXIFI_STATUS_MISMATCHING_SHAPE,
                     StrCat("parts of size ", size, " are not possible"));
  }
  if (CeilDiv(total, size) > kMostParts) {
    return ctx.Error(ONNXIFI_STATUS_UNSUPPORTED_SHAPE,
                     StrCat("more than ", kMostParts, " parts"));
  }
  for (int64_t at = 0; at < total; at += sizes.back()) {
    sizes.push_back(std::min(size, total - at));
  }
  return sizes;
}

Status Evaluate(EvaluateContext& ctx) {
  ONNXIFI_ASSIGN_OR_RETURN(const graph::TensorData* in, ctx.Tensor(0));
  ONNXIFI_ASSIGN_OR_RETURN(
      const size_t axis,
      NormalizeAxis(ctx, ctx.attrs().Int("axis", 0), in->dims.size()));
  ONNXIFI_ASSIGN_OR_RETURN(const std::vector<int64_t> sizes,
                           PartSizes(ctx, in->dims[axis]));
  const bool drop = !ctx.HasInput(1) && ctx.attrs().Int("keepdims", 1) == 0;
  std::vector<RunValue> parts;
  int64_t at = 0;
  for (const int64_t size : sizes) {
    ONNXIFI_ASSIGN_OR_RETURN(graph::TensorPtr part,
                             drop
                                 ? TakeEntry(ctx.in(0).tensor, axis, at)
                                 : CutTensor(ctx.in(0).tensor, axis, at, size));
    parts.push_back(RunValue::Tensor(std::move(part)));
    at += size;
  }
  ctx.SetOutput(0, RunValue::Sequence(std::move(parts)));
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(split_to_sequence, {.op = "SplitToSequence",
                                       .supports = &Supports,
                                       .evaluate = &Evaluate});

}  // namespace onnxifi::cpu
