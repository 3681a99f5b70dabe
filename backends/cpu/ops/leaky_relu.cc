#include "backends/cpu/kernels/unary_op.h"

namespace onnxifi::cpu {
namespace {

UnaryParams Params(const graph::AttrReader& attrs) {
  return {.alpha = attrs.Float("alpha", 0.01f)};
}

}  // namespace

ONNXIFI_DEFINE_OPS(leaky_relu,
                   UnaryKernelWith<UnaryOp::kLeakyRelu, &Params>("LeakyRelu"));

}  // namespace onnxifi::cpu
