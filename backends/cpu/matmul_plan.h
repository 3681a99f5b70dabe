#ifndef ONNXIFI_BACKENDS_CPU_MATMUL_PLAN_H_
#define ONNXIFI_BACKENDS_CPU_MATMUL_PLAN_H_

#include <vector>

#include "backends/common/fusion/activation.h"
#include "backends/common/op_kernel.h"
#include "backends/cpu/kernels/gemm.h"

namespace onnxifi::cpu {

// One matrix product node with all shapes known: batches of [m x k] times
// [k x n], plain layout.
struct MatMulNode {
  GemmShape shape;
  graph::Shape output;
  int64_t count = 1;               // products
  std::vector<int64_t> a_offsets;  // in elements, one per product
  std::vector<int64_t> b_offsets;
  int64_t b_matrices = 1;  // distinct matrices in B
  bool transpose_a = false;
  bool transpose_b = false;
  float alpha = 1.0f;
  float beta = 1.0f;
  int bias_input = -1;    // a vector of n values: constant or not
  int addend_input = -1;  // broadcast to the output, times beta
  Activation activation;
};

// Shapes of NumPy's matmul; leading dimensions broadcast. The second
// operand is input `b_input`. Fills shape,
// output, count, offsets.
Status ReadMatMulShapes(const PrepareContext& ctx, MatMulNode* node,
                        size_t b_input = 1);

// Plans the product for any type that MatMul and Gemm take.
Status PlanMatMul(PrepareContext& ctx, MatMulNode node);

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_MATMUL_PLAN_H_
