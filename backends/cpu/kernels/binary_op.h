#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_BINARY_OP_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_BINARY_OP_H_

#include "backends/common/op_kernel.h"
#include "backends/cpu/kernels/binary_kernel.h"

namespace onnxifi::cpu {

// Support check and preparation shared by all operators of two broadcast
// operands, at every opset: before version 7 the attributes axis and broadcast
// place the second one, unless the caller gives its shape. Two tensors in the
// same blocked layout stay in it.
Reject SupportsBinary(const NodeView& node, BinaryOp op);
Status PrepareBinary(PrepareContext& ctx, BinaryOp op);
Status PrepareBinary(PrepareContext& ctx, BinaryOp op,
                     const graph::Shape& second);

// The kernel with float16/bfloat16 included: `context` of the row function is
// the BinaryRow.
struct BinaryRow {
  BinaryFn fn = nullptr;
  graph::DataType type = graph::DataType::kUndefined;
  bool gives_bool = false;
};
BinaryRow MakeBinaryRow(BinaryOp op, graph::DataType type);
void RunBinaryRow(const void* binary_row, const Row& row);

// The table row of an operator whose only attributes are axis and broadcast.
template <BinaryOp op>
constexpr OpKernel BinaryKernel(const char* name) {
  OpKernel kernel;
  kernel.op = name;
  kernel.supports = [](const NodeView& n) { return SupportsBinary(n, op); };
  kernel.prepare = [](PrepareContext& ctx) { return PrepareBinary(ctx, op); };
  kernel.any_layout = true;
  return kernel;
}

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_BINARY_OP_H_
