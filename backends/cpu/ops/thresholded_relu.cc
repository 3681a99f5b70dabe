#include "backends/cpu/kernels/unary_op.h"

namespace onnxifi::cpu {
namespace {

UnaryParams Params(const graph::AttrReader& attrs) {
  return {.alpha = attrs.Float("alpha", 1.0f)};
}

}  // namespace

ONNXIFI_DEFINE_OPS(
    thresholded_relu,
    UnaryKernelWith<UnaryOp::kThresholdedRelu, &Params>("ThresholdedRelu"));

}  // namespace onnxifi::cpu
