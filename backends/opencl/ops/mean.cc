#include "backends/opencl/kernels/pointwise.h"

#include "backends/opencl/kernel_text.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

constexpr PointwiseRule kSum = {
    .op = "Mean", .text = "$0 + $1", .types = kFloatTypes, .operands = 0};

Reject Supports(const NodeView& node) { return SupportsPointwise(node, kSum); }

Status Prepare(PrepareContext& ctx) {
  const graph::DataType type = ctx.in(0).type;
  return PrepareElements(ctx, type, [&](const std::vector<std::string>& v) {
    std::string sum = v[0];
    for (size_t i = 1; i < v.size(); ++i) sum += StrCat(" + ", v[i]);
    return StrCat("(", sum, ") / (", KernelTypeOf(type).compute, ")", v.size());
  });
}

}  // namespace

ONNXIFI_DEFINE_OPS(mean,
                   {.op = "Mean", .supports = &Supports, .prepare = &Prepare});

}  // namespace onnxifi::opencl
