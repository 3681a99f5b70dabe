#ifndef ONNXIFI_CONFORMANCE_OPS_WINDOW_H_
#define ONNXIFI_CONFORMANCE_OPS_WINDOW_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/model_builder.h"
#include "conformance/ops/number_tensor.h"

namespace onnxifi::conformance {

// A window that moves over spatial dimensions: of convolutions and pools.
struct Window {
  Shape kernel;
  std::vector<int64_t> strides = {};    // empty: 1
  std::vector<int64_t> dilations = {};  // empty: 1
  std::vector<int64_t> pads = {};       // begins, then ends; empty: 0
  bool ceil = false;
  // "SAME_UPPER" or "SAME_LOWER": what the model says instead of the pads.
  const char* same = nullptr;

  int64_t stride(size_t i) const { return strides.empty() ? 1 : strides[i]; }
  int64_t dilation(size_t i) const {
    return dilations.empty() ? 1 : dilations[i];
  }
  int64_t pad(size_t i) const { return pads.empty() ? 0 : pads[i]; }
  int64_t pad_end(size_t i) const {
    return pads.empty() ? 0 : pads[kernel.size() + i];
  }
};

// Attributes that say it, without kernel_shape.
wire::Names AttributesOf(const Window& window);
std::string WindowText(const Window& window);

// Spatial dimensions of a result.
Shape OutputOf(const Window& window, const Shape& input);

// Calls visit(kernel index, input index, inside) for each place of the window
// at `output`; indices outside of the input are those of padding.
void ForEachPlace(
    const Window& window, const Shape& input, const Shape& output,
    const std::function<void(const Shape& kernel, const Shape& input,
                             bool inside)>& visit);

}  // namespace onnxifi::conformance

#endif  // ONNXIFI_CONFORMANCE_OPS_WINDOW_H_
