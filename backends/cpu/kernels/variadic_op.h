#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_VARIADIC_OP_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_VARIADIC_OP_H_

#include "backends/common/op_kernel.h"
#include "backends/cpu/kernels/binary_kernel.h"

namespace onnxifi::cpu {

// Support check and preparation shared by Sum, Mean, Min and Max: `op` is
// applied to the first two inputs, then to the result and each further one.
// `mean` divides by the number of inputs at the end.
Reject SupportsVariadic(const NodeView& node, BinaryOp op);
Status PrepareVariadic(PrepareContext& ctx, BinaryOp op, bool mean);

// The table row of such an operator.
template <BinaryOp op, bool kMean = false>
constexpr OpKernel VariadicKernel(const char* name) {
  OpKernel kernel;
  kernel.op = name;
  kernel.supports = [](const NodeView& n) { return SupportsVariadic(n, op); };
  kernel.prepare = [](PrepareContext& ctx) {
    return PrepareVariadic(ctx, op, kMean);
  };
  kernel.any_layout = true;
  return kernel;
}

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_VARIADIC_OP_H_
