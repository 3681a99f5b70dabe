#include "backends/cpu/kernels/unary_op.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

Reject Supports(const NodeView& n) {
  const std::string_view form = n.attrs().String("approximate", "none");
  if (form != "none" && form != "tanh") {
    return {RejectReason::kAttribute, StrCat("approximate = ", form)};
  }
  return SupportsUnary(n, UnaryOp::kGeluErf);
}

Status Prepare(PrepareContext& ctx) {
  const bool tanh = ctx.attrs().String("approximate", "none") == "tanh";
  return PrepareUnary(ctx, tanh ? UnaryOp::kGeluTanh : UnaryOp::kGeluErf);
}

}  // namespace

ONNXIFI_DEFINE_OPS(gelu, {.op = "Gelu",
                          .supports = &Supports,
                          .prepare = &Prepare,
                          .any_layout = true});

}  // namespace onnxifi::cpu
