#ifndef ONNXIFI_BACKENDS_CPU_MATMUL_PLAN_H_
#define ONNXIFI_BACKENDS_CPU_MATMUL_PLAN_H_

#include <cstdint>
#include <vector>

#include "backends/common/op_kernel.h"
#include "backends/cpu/kernels/activation.h"

namespace onnxifi::cpu {

// One matrix product with everything that is known before the run:
//   out[b] = activation(alpha * A[a_of[b]] B[b_of[b]] + beta * C)
// for each matrix b of the output. Inputs of the node: 0 A, 1 B, 2 C or bias
// (optional), 3 residual of the output's shape (optional, fused nodes only).
struct MatMulNode {
  int64_t m = 0, n = 0, k = 0;
  bool transposed_a = false;  // stored k x m
  bool transposed_b = false;  // stored n x k
  float alpha = 1;
  float beta = 1;
  // Matrices of A and B that each output matrix uses.
  std::vector<int64_t> a_of, b_of;
  bool has_c = false;
  // Elements between rows and columns of C; 0 where it is broadcast.
  int64_t c_row = 0, c_column = 0;
  bool residual = false;
  Activation activation;
};

// Checks the shapes of MatMul (NumPy rules), sets output 0.
Result<MatMulNode> ReadMatMulNode(PrepareContext& ctx);
// Checks the shapes and attributes of Gemm, sets output 0.
Result<MatMulNode> ReadGemmNode(PrepareContext& ctx);

// Sets the step of a product whose output has been set: float32 on packed
// panels, other types by plain loops.
Status PlanMatMul(PrepareContext& ctx, MatMulNode node);

// Types that PlanMatMul takes; the same type for all inputs.
Reject SupportsMatMulTypes(const NodeView& node);

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_MATMUL_PLAN_H_
