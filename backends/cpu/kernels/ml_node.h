#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_ML_NODE_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_ML_NODE_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "backends/common/op_kernel.h"
#include "backends/cpu/kernels/type_dispatch.h"

namespace onnxifi::cpu {

// What operators of ai.onnx.ml share. All functions are pure.
inline constexpr char kMlDomain[] = "ai.onnx.ml";

// The element types of a feature matrix.
using FeatureTypes = TypeList<float, double, int64_t, int32_t>;

// The list of an attribute; empty when it is absent.
std::span<const std::string> AttrStrings(const NodeView& node,
                                         std::string_view name);

// The attribute `name` (FLOATS), or the tensor in `name`_as_tensor; an error
// when there are both, or the tensor does not hold floating-point numbers.
Result<std::vector<double>> AttrNumbers(const NodeView& node,
                                        const std::string& name);
// The same for an attribute that is a tensor itself.
Result<std::vector<double>> TensorNumbers(const NodeView& node,
                                          const std::string& name);

// An INVALID_MODEL error with the node's operator and name in front.
Status InvalidNode(const NodeView& node, std::string text);

// [N, F], or [F] as one row.
struct FeatureMatrix {
  DataType type = DataType::kFloat;
  int64_t rows = 1;
  int64_t columns = 0;
};
// Input 0 as a matrix; an error when it has another rank.
Result<FeatureMatrix> ReadFeatures(const PrepareContext& ctx);
// Refuses unless input 0 is a tensor of FeatureTypes of at most 2 dimensions.
Reject RequireFeatures(const NodeView& node);

// One row of a feature matrix.
void LoadFeatures(const FeatureMatrix& matrix, const void* data, int64_t row,
                  double* out);

// Sums in double: several partial sums, so that they overlap.
double DotProduct(const double* a, const double* b, int64_t count);
double SquaredDistance(const double* a, const double* b, int64_t count);

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_ML_NODE_H_
