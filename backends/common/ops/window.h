#ifndef ONNXIFI_BACKENDS_COMMON_OPS_WINDOW_H_
#define ONNXIFI_BACKENDS_COMMON_OPS_WINDOW_H_

#include <array>
#include <cstdint>
#include <span>

#include "backends/common/op_kernel.h"

namespace onnxifi {

// Spatial dimensions that windowed operators take. One-dimensional tensors
// are treated as images of height 1.
inline constexpr size_t kMaxSpatial = 3;

// A sliding window over up to three spatial dimensions. Unused leading
// dimensions have extent 1, so that kernels always loop over three.
struct Window {
  size_t rank = 0;  // spatial dimensions of the tensor, 1..3
  using Dims = std::array<int64_t, kMaxSpatial>;
  Dims in = {1, 1, 1};
  Dims out = {1, 1, 1};
  Dims kernel = {1, 1, 1};
  Dims stride = {1, 1, 1};
  Dims dilation = {1, 1, 1};
  Dims pad_begin = {0, 0, 0};
  Dims pad_end = {0, 0, 0};

  int64_t in_points() const { return in[0] * in[1] * in[2]; }
  int64_t out_points() const { return out[0] * out[1] * out[2]; }
  int64_t kernel_points() const { return kernel[0] * kernel[1] * kernel[2]; }
};

// Product of dims; the caller's shapes have passed graph::ElementCount.
inline int64_t Points(const Window::Dims& d) { return d[0] * d[1] * d[2]; }

// Reads kernel_shape (or takes `kernel`, the spatial part of the weights,
// when it is not empty), strides, dilations, pads, auto_pad and, for pools,
// ceil_mode, and computes the output extents. Errors name the node.
Result<Window> ReadWindow(const NodeView& node,
                          std::span<const int64_t> in_dims,
                          std::span<const int64_t> kernel, bool ceil_mode);

// The same for a transposed convolution: output_padding and output_shape.
Result<Window> ReadTransposedWindow(const NodeView& node,
                                    std::span<const int64_t> in_dims,
                                    std::span<const int64_t> kernel);

// What of a windowed node can be refused before shapes are known.
Reject SupportsWindow(const NodeView& node);

// [N, C, spatial...] with the window's output extents.
graph::Shape WindowOutput(const Window& window, int64_t batch,
                          int64_t channels);

}  // namespace onnxifi

#endif  // ONNXIFI_BACKENDS_COMMON_OPS_WINDOW_H_
