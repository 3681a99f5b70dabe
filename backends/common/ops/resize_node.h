#ifndef ONNXIFI_BACKENDS_COMMON_OPS_RESIZE_NODE_H_
#define ONNXIFI_BACKENDS_COMMON_OPS_RESIZE_NODE_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "backends/common/op_kernel.h"
#include "backends/common/ops/resize_axis.h"

namespace onnxifi {

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

// False with the name of the attribute that has an unknown value.
bool ParseResize(const NodeView& node, ResizeNode* resize, const char** wrong);
bool ParseUpsample(const NodeView& node, ResizeNode* resize);

// Refuses when an input that decides the geometry is not known.
Reject RequireGeometry(const NodeView& node, const ResizeNode& resize);

// Every axis of input 0. `load` reads element i of a tensor of any float type.
Result<std::vector<ResizeAxis>> FindResizeAxes(
    const PrepareContext& ctx, const ResizeNode& resize,
    double (*load)(const void* data, graph::DataType type, int64_t i));

}  // namespace onnxifi

#endif  // ONNXIFI_BACKENDS_COMMON_OPS_RESIZE_NODE_H_
