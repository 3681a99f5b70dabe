#include "backends/opencl/kernels/conv.h"

#include "backends/opencl/kernels/pointwise.h"

namespace onnxifi::opencl {

Reject SupportsConv(const NodeView& node) {
  for (size_t i = 0; i < ProductInputs(node); ++i) {
    if (Reject r = RequireTypes(node, i, kFloatTypes); !r.supported()) return r;
  }
  return SupportsWindow(node);
}

Status PrepareConv(PrepareContext& ctx) {
  ONNXIFI_ASSIGN_OR_RETURN(const ConvNode conv, ReadConvNode(ctx));
  ONNXIFI_ASSIGN_OR_RETURN(bool planned, PlanBlockedConv(ctx, conv));
  if (planned) return Status::Ok();
  ONNXIFI_ASSIGN_OR_RETURN(planned, PlanDepthwiseConv(ctx, conv));
  return planned ? Status::Ok() : PlanGenericConv(ctx, conv);
}

}  // namespace onnxifi::opencl
