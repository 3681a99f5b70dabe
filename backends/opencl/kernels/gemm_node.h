#ifndef ONNXIFI_BACKENDS_OPENCL_KERNELS_GEMM_NODE_H_
#define ONNXIFI_BACKENDS_OPENCL_KERNELS_GEMM_NODE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "backends/common/fusion/activation.h"
#include "backends/common/op_kernel.h"

namespace onnxifi::opencl {

// Products of matrices [m x k] and [k x n], inputs 0 and 1 of a node, as many as
// `batch` has elements. y = activation(alpha * a * b + beta * addend).
struct GemmNode {
  int64_t m = 0;
  int64_t n = 0;
  int64_t k = 0;
  graph::Shape batch;              // of the output
  std::vector<int64_t> a_strides;  // in elements, for each dimension of batch
  std::vector<int64_t> b_strides;
  bool vector_a = false;  // the output has no row, or no column
  bool vector_b = false;
  bool transpose_a = false;
  bool transpose_b = false;
  float alpha = 1.0f;
  float beta = 1.0f;
  int addend = -1;                      // input; -1: none
  std::vector<int64_t> addend_strides;  // for batch, row and column
  Activation activation;

  int64_t products() const;
  // Texts, in kernels where `z` counts the products.
  std::string AOffset() const;  // of the matrix in elements
  std::string BOffset() const;
  std::string AddendIndex(const std::string& row,
                          const std::string& column) const;
  // The coordinates of an element of the output.
  std::vector<std::string> PlaceOf(const std::string& row,
                                   const std::string& column) const;
};

// The shapes of NumPy's matmul of inputs 0 and `second`.
Status ReadMatMul(const PrepareContext& ctx, GemmNode* node,
                  graph::Shape* output, size_t second = 1);

}  // namespace onnxifi::opencl

#endif  // ONNXIFI_BACKENDS_OPENCL_KERNELS_GEMM_NODE_H_
