#include "backends/cpu/kernels/unary_op.h"

namespace onnxifi::cpu {
namespace {

UnaryParams Params(const graph::AttrReader& attrs) {
  return {.alpha = attrs.Float("alpha", 0.2f),
          .beta = attrs.Float("beta", 0.5f)};
}

}  // namespace

ONNXIFI_DEFINE_OPS(
    hard_sigmoid,
    UnaryKernelWith<UnaryOp::kHardSigmoid, &Params>("HardSigmoid"));

}  // namespace onnxifi::cpu
