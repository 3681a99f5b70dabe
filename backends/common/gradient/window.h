#ifndef ONNXIFI_BACKENDS_COMMON_GRADIENT_WINDOW_H_
#define ONNXIFI_BACKENDS_COMMON_GRADIENT_WINDOW_H_

#include <cstdint>
#include <vector>

#include "backends/common/gradient/rule.h"

namespace onnxifi::gradient {

// The window of a convolution or pool, one entry per spatial dimension.
struct Window {
  std::vector<int64_t> strides;
  std::vector<int64_t> dilations;
  std::vector<int64_t> begins;  // padding
  std::vector<int64_t> ends;

  // Both, as the attribute has them.
  std::vector<int64_t> pads() const;
  // Where element 0 of x lies in x with its padding; 0 for batch and channel.
  std::vector<int64_t> offsets() const;
};

// Reads the attributes. `x` is the tensor that the window moves over, and
// `kernel` its extents, -1 where they are not known: automatic padding needs
// both.
Result<Window> ReadWindow(const RuleContext& context, Var x,
                          const std::vector<int64_t>& kernel);

}  // namespace onnxifi::gradient

#endif  // ONNXIFI_BACKENDS_COMMON_GRADIENT_WINDOW_H_
