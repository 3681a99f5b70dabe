#include <array>
#include <string>
#include <utility>

#include "backends/common/evaluate_context.h"
#include "backends/common/ops/broadcast_shape.h"
#include "backends/cpu/kernels/broadcast.h"
#include "backends/cpu/kernels/elementwise_util.h"

namespace onnxifi::cpu {
namespace {

using graph::StringRef;
using graph::TensorData;

Reject Supports(const NodeView& n) {
  for (const size_t i : {size_t{0}, size_t{1}}) {
    if (Reject r = RequireType(n, i, {DataType::kString}); !r.supported()) {
      return r;
    }
  }
  return {};
}

void JoinRow(const void*, const Row& row) {
  const auto* a = reinterpret_cast<const StringRef*>(row.in[0]);
  const auto* b = reinterpret_cast<const StringRef*>(row.in[1]);
  auto* out = reinterpret_cast<std::string*>(row.out);
  for (int64_t i = 0; i < row.count; ++i) {
    const StringRef left = a[i * row.step[0]];
    const StringRef right = b[i * row.step[1]];
    out[i].reserve(left.size() + right.size());
    out[i].append(left).append(right);
  }
}

Status Evaluate(EvaluateContext& ctx) {
  ONNXIFI_ASSIGN_OR_RETURN(const TensorData* a,
                           ctx.Tensor(0, DataType::kString));
  ONNXIFI_ASSIGN_OR_RETURN(const TensorData* b,
                           ctx.Tensor(1, DataType::kString));
  const std::array<Shape, 2> shapes = {a->dims, b->dims};
  ONNXIFI_ASSIGN_OR_RETURN(Shape dims, BroadcastShape(ctx.node(), shapes));
  ONNXIFI_ASSIGN_OR_RETURN(const int64_t count, graph::ElementCount(dims));
  std::vector<std::string> joined(static_cast<size_t>(count));
  const BroadcastArgs operands{
      .in = {a->data, b->data, nullptr},
      .in_bytes = {sizeof(StringRef), sizeof(StringRef), 0},
      .out = joined.data(),
      .out_bytes = sizeof(std::string)};
  BroadcastPlan(dims, shapes)
      .Run(ctx.pool(), operands, kElementGrain / 64, &JoinRow, nullptr);
  ctx.SetStrings(0, std::move(joined), std::move(dims));
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(string_concat, {.op = "StringConcat",
                                   .supports = &Supports,
                                   .evaluate = &Evaluate});

}  // namespace onnxifi::cpu
