#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_UNARY_OP_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_UNARY_OP_H_

#include "backends/common/op_kernel.h"
#include "backends/cpu/kernels/unary_kernel.h"

namespace onnxifi::cpu {

// Support check and preparation shared by all operators that map one element
// to one of the same type. They keep whatever layout the input has.
Reject SupportsUnary(const NodeView& node, UnaryOp op);
Status PrepareUnary(PrepareContext& ctx, UnaryOp op, UnaryParams params = {});

// The table row of an operator without attributes.
template <UnaryOp op>
constexpr OpKernel UnaryKernel(const char* name) {
  OpKernel kernel;
  kernel.op = name;
  kernel.supports = [](const NodeView& n) { return SupportsUnary(n, op); };
  kernel.prepare = [](PrepareContext& ctx) { return PrepareUnary(ctx, op); };
  kernel.any_layout = true;
  return kernel;
}

// The row of an operator with attributes, which kParams reads.
template <UnaryOp op, UnaryParams (*kParams)(const graph::AttrReader&)>
constexpr OpKernel UnaryKernelWith(const char* name) {
  OpKernel kernel = UnaryKernel<op>(name);
  kernel.prepare = [](PrepareContext& ctx) {
    return PrepareUnary(ctx, op, kParams(ctx.attrs()));
  };
  return kernel;
}

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_UNARY_OP_H_
