#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_REDUCE_OP_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_REDUCE_OP_H_

#include "backends/common/op_kernel.h"
#include "backends/cpu/kernels/reduce_plan.h"

namespace onnxifi::cpu {

// Support check and preparation shared by the Reduce operators. From version
// `axes_input` on the axes are an input, before it an attribute.
Reject SupportsReduce(const NodeView& node, ReduceOp op, ReduceEnd end,
                      int axes_input);
Status PrepareReduce(PrepareContext& ctx, ReduceOp op, ReduceEnd end,
                     int axes_input);

// The table row of such an operator.
template <ReduceOp op, ReduceEnd end = ReduceEnd::kNone, int kAxesInput = 18>
constexpr OpKernel ReduceKernelRow(const char* name) {
  OpKernel kernel;
  kernel.op = name;
  kernel.supports = [](const NodeView& n) {
    return SupportsReduce(n, op, end, kAxesInput);
  };
  kernel.prepare = [](PrepareContext& ctx) {
    return PrepareReduce(ctx, op, end, kAxesInput);
  };
  kernel.any_layout = true;
  return kernel;
}

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_REDUCE_OP_H_
