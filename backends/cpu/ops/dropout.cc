#include <cstring>

#include "backends/cpu/kernels/convert.h"
#include "backends/cpu/kernels/elementwise_util.h"

namespace onnxifi::cpu {
namespace {

// True when a model asks for the random form.
bool IsTraining(const NodeView& n) {
  if (n.opset() < 7) return n.attrs().Int("is_test", 0) == 0;
  if (n.opset() < 12 || !n.HasInput(2)) return false;
  const graph::TensorPtr& mode = n.input(2).constant;
  return mode == nullptr || mode->bytes == 0 ||
         *static_cast<const uint8_t*>(mode->data) != 0;
}

// A ratio known to be 0 drops nothing even in training.
bool DropsNothing(const NodeView& n) {
  if (n.opset() < 12) return n.attrs().Float("ratio", 0.5f) == 0;
  if (!n.HasInput(1) || n.input(1).constant == nullptr) return false;
  const graph::TensorData& ratio = *n.input(1).constant;
  if (ratio.bytes == 0 || !IsConvertible(ratio.type)) return false;
  double value = 1;
  Convert(ratio.type, ratio.data, DataType::kDouble, &value, 0, 1, {});
  return value == 0;
}

Reject Supports(const NodeView& n) {
  if (Reject r = RequireTensors(n); !r.supported()) return r;
  if (!IsConvertible(n.input_type(0))) return RejectInputType(n, 0);
  if (IsTraining(n) && !DropsNothing(n)) {
    const bool open = n.HasInput(2) && n.input(2).constant == nullptr;
    return {open ? RejectReason::kNotConstant : RejectReason::kAttribute,
            "only inference: training mode must be known to be off"};
  }
  return {};
}

// Dropout of a trained model is the identity; the mask keeps everything.
Status Prepare(PrepareContext& ctx) {
  const TensorDesc in = ctx.in(0);
  ONNXIFI_RETURN_IF_ERROR(ctx.AliasOutput(0, 0, in.dims));
  if (!ctx.HasOutput(1)) return Status::Ok();
  const DataType type = ctx.opset() < 10 ? in.type : DataType::kBool;
  ONNXIFI_ASSIGN_OR_RETURN(graph::NewTensor mask,
                           graph::MakeTensor(type, in.dims));
  uint8_t one[8] = {};
  const uint8_t yes = 1;
  Convert(DataType::kBool, &yes, type, one, 0, 1, {});
  const size_t bytes = ElementBytes(type);
  for (size_t i = 0; i + bytes <= mask.tensor->bytes; i += bytes) {
    std::memcpy(static_cast<uint8_t*>(mask.data) + i, one, bytes);
  }
  return ctx.SetConstantOutput(1, mask.tensor);
}

}  // namespace

ONNXIFI_DEFINE_OPS(dropout, {.op = "Dropout",
                             .supports = &Supports,
                             .prepare = &Prepare,
                             .any_layout = true});

}  // namespace onnxifi::cpu
