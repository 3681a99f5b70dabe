#ifndef ONNXIFI_BACKENDS_OPENCL_KERNELS_MATRIX_PRODUCT_H_
#define ONNXIFI_BACKENDS_OPENCL_KERNELS_MATRIX_PRODUCT_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "backends/common/op_kernel.h"
#include "backends/opencl/device.h"
#include "backends/opencl/kernel_text.h"

namespace onnxifi::opencl {

// One factor of a product of matrices: its elements are text.
struct ProductOperand {
  int64_t matrices = 1;
  std::vector<int64_t> strides;  // in matrices, for each dimension of the batch
  // The element of matrix `z` at row `i` and column `j`, all of type long.
  std::string element;
  // Adds the pointers that `element` uses. Their names are words, and others than
  // those of the other texts.
  std::function<void(KernelText*)> bind;
  // Reading an element costs no more than reading a float: nothing is gained by
  // a copy of the factor.
  bool direct = false;
};

// Products of matrices [m x k] and [k x n], as many as `batch` has elements, for
// operators whose factors are no dense tensors of float, or whose sums are not
// just stored.
struct MatrixProduct {
  graph::Shape batch;
  int64_t m = 0;
  int64_t n = 0;
  int64_t k = 0;
  // float, double, or int32; then elements are in [-255, 255] and sums wrap.
  graph::DataType sum = graph::DataType::kFloat;
  ProductOperand a;
  ProductOperand b;
  // What is done with the sum `s` of product `z` at `row` and `column` (long);
  // `za` and `zb` are the matrices that made it.
  std::string tail;
  std::function<void(KernelText*)> bind_tail;
};

// Scratch memory that the launches need.
size_t ProductScratch(const DeviceFacts& facts, const MatrixProduct& product);
// Adds the launches: on a CPU tiles of registers over packed factors, elsewhere
// tiles of local memory. Scratch begins at byte `scratch`.
void AddProduct(const DeviceFacts& facts, const MatrixProduct& product,
                size_t scratch, std::vector<Launch>* launches);

}  // namespace onnxifi::opencl

#endif  // ONNXIFI_BACKENDS_OPENCL_KERNELS_MATRIX_PRODUCT_H_
