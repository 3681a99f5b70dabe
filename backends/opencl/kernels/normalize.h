#ifndef ONNXIFI_BACKENDS_OPENCL_KERNELS_NORMALIZE_H_
#define ONNXIFI_BACKENDS_OPENCL_KERNELS_NORMALIZE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "backends/common/op_kernel.h"
#include "backends/opencl/kernels/row_kernel.h"

namespace onnxifi::opencl {

// Output 0 = (input 0 - mean) * inverse * input 1 + input 2, where the mean and
// the deviation are those of each row.
struct Normalization {
  std::vector<RowDim> dims;
  bool centre = true;  // else the mean counts as 0
  float epsilon = 0;   // added to the variance
  // Added to the deviation instead.
  float deviation_epsilon = 0;
  // How the inputs 1 and 2 move; empty where there is none.
  std::vector<int64_t> gain;
  std::vector<int64_t> shift;
  // Outputs 1 and 2 are the mean and the inverse deviation.
  bool statistics = false;
};

// Declares no output.
void PrepareNormalization(PrepareContext& ctx, const Normalization& norm);

// Strides of input i that is broadcast to dimensions of input 0 from `axis`
// on; an error when it does not fit.
Result<std::vector<int64_t>> InnerStrides(const PrepareContext& ctx, size_t i,
                                          size_t axis);

// The type that inputs [0, count) are computed in: double if one has it.
graph::DataType JointComputeType(const PrepareContext& ctx, size_t count);

// A number of type S.
std::string ScalarText(float value);

}  // namespace onnxifi::opencl

#endif  // ONNXIFI_BACKENDS_OPENCL_KERNELS_NORMALIZE_H_
