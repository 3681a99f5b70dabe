#include "backends/cpu/kernels/unary_op.h"

namespace onnxifi::cpu {
namespace {

UnaryParams Params(const graph::AttrReader& attrs, float alpha, float gamma) {
  return {.alpha = attrs.Float("alpha", alpha),
          .beta = attrs.Float("gamma", gamma)};
}

// Version 6 gave the defaults the precision of float32.
UnaryParams Params1(const graph::AttrReader& attrs) {
  return Params(attrs, 1.6732f, 1.0507f);
}
UnaryParams Params6(const graph::AttrReader& attrs) {
  return Params(attrs, 1.67326319217681884765625f, 1.05070102214813232421875f);
}

constexpr OpKernel Version(OpKernel kernel, int min_opset, int max_opset) {
  kernel.min_opset = min_opset;
  kernel.max_opset = max_opset;
  return kernel;
}

}  // namespace

ONNXIFI_DEFINE_OPS(
    selu, Version(UnaryKernelWith<UnaryOp::kSelu, &Params1>("Selu"), 1, 5),
    Version(UnaryKernelWith<UnaryOp::kSelu, &Params6>("Selu"), 6, 1 << 30));

}  // namespace onnxifi::cpu
