#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_RESIZE_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_RESIZE_H_

#include <cstddef>
#include <vector>

#include "backends/common/op_kernel.h"
#include "backends/cpu/kernels/resize_axis.h"

namespace onnxifi::cpu {

// Resize and Upsample of all versions: which inputs and attributes say what.
struct ResizeNode {
  static constexpr size_t kNone = ~size_t{0};

  ResizeRule rule;
  enum class Policy : uint8_t { kStretch, kNotLarger, kNotSmaller };
  Policy policy = Policy::kStretch;
  float extrapolation = 0;
  size_t roi = kNone;  // input numbers
  size_t scales = kNone;
  size_t sizes = kNone;
  std::vector<float> scale_attribute;  // Upsample 7
  std::vector<int64_t> axes;           // empty: all
};

// What the data type and the known inputs allow.
Reject SupportsResize(const NodeView& node, const ResizeNode& resize);
// Shapes, scratch and step.
Status PrepareResize(PrepareContext& ctx, ResizeNode resize);

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_RESIZE_H_
