#include "backends/opencl/kernels/pointwise.h"

#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

Reject Supports(const NodeView& node) {
  return RequireTypes(node, 0, kFloatTypes);
}

Status Prepare(PrepareContext& ctx) {
  const bool positive = ctx.attrs().Int("detect_positive", 1) != 0;
  const bool negative = ctx.attrs().Int("detect_negative", 1) != 0;
  return PrepareElements(
      ctx, graph::DataType::kBool, [&](const std::vector<std::string>& v) {
        const std::string sign = positive ? " > 0" : " < 0";
        if (!positive && !negative) return std::string("0");
        return positive && negative
                   ? StrCat("isinf(", v[0], ")")
                   : StrCat("isinf(", v[0], ") && ", v[0], sign);
      });
}

}  // namespace

ONNXIFI_DEFINE_OPS(is_inf,
                   {.op = "IsInf", .supports = &Supports, .prepare = &Prepare});

}  // namespace onnxifi::opencl
