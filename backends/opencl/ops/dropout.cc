#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/element_loop.h"
#include "backends/opencl/kernels/host_number.h"
#include "backends/opencl/kernels/pointwise.h"

namespace onnxifi::opencl {
namespace {

// True when a model asks for the random form, or may ask for it in the run.
bool IsTraining(const NodeView& node) {
  if (node.opset() < 7) return node.attrs().Int("is_test", 0) == 0;
  if (node.opset() < 12 || !node.HasInput(2)) return false;
  const graph::TensorPtr& mode = node.input(2).constant;
  return mode == nullptr || mode->bytes == 0 ||
         HostInteger(mode->data, mode->type, 0) != 0;
}

// A ratio known to be 0 drops nothing even in training.
bool DropsNothing(const NodeView& node) {
  if (node.opset() < 12) return node.attrs().Float("ratio", 0.5F) == 0;
  if (!node.HasInput(1) || node.input(1).constant == nullptr) return false;
  const graph::TensorData& ratio = *node.input(1).constant;
  return (TypeBit(ratio.type) & kFloatTypes) != 0 && ratio.bytes > 0 &&
         HostNumber(ratio.data, ratio.type, 0) == 0;
}

Reject Supports(const NodeView& node) {
  if (Reject r = RequireTypes(node, 0, kAnyType); !r.supported()) return r;
  if (IsTraining(node) && !DropsNothing(node)) {
    const bool open = node.HasInput(2) && node.input(2).constant == nullptr;
    return {open ? RejectReason::kNotConstant : RejectReason::kAttribute,
            "training mode must be known to be off"};
  }
  return {};
}

// Dropout of a trained model is the identity; the mask keeps everything.
Status Prepare(PrepareContext& ctx) {
  const TensorDesc in = ctx.in(0);
  ONNXIFI_RETURN_IF_ERROR(ctx.AliasOutput(0, 0, in.dims));
  if (!ctx.HasOutput(1)) return Status::Ok();
  const DataType type = ctx.opset() < 10 ? in.type : DataType::kBool;
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(1, {type, in.dims}));
  KernelText kernel;
  kernel.Out("mask", type, 1);
  SetLaunches(ctx, {MakeElementLoop(FactsOf(ctx), kernel, in.dims, {},
                                    StoreText(type, "mask", "i", "1"))});
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(dropout, {.op = "Dropout",
                             .supports = &Supports,
                             .prepare = &Prepare});

}  // namespace onnxifi::opencl
