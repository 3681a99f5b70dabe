#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_RESIZE_LINES_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_RESIZE_LINES_H_

#include <cstddef>
#include <cstdint>

#include "backends/cpu/kernels/resize_pass.h"

namespace onnxifi::cpu {

// Linear interpolation of images, both axes at once: each line of the output
// mixes two lines of the input, then neighbours within the mixture.

// Longest input line; the mixture lies on the stack.
inline constexpr int64_t kMaxResizeLine = 4096;

// The two taps of each output column, as vectors want them; arrays of `out`
// elements and kResizeSlack more, given by the caller.
struct ResizeColumns {
  int64_t in = 0;
  int64_t out = 0;
  int32_t* first = nullptr;  // indices inside the line
  int32_t* second = nullptr;
  float* first_weight = nullptr;
  float* second_weight = nullptr;
  bool near = false;  // a vector of columns reads one vector of the line
};
inline constexpr int64_t kResizeSlack = 64;

// From a table of two taps of an axis with `in` elements; uses the weights
// that stay 0 to leave elements out, infinite ones too.
void FillResizeColumns(const ResizeTable<float>& table, int64_t in, int64_t out,
                       ResizeColumns* columns);

// out = columns of (weight_a * a + weight_b * b); a line whose weight is 0 is
// not read.
void RunResizeLine(const float* a, float weight_a, const float* b,
                   float weight_b, const ResizeColumns& columns, float* out);

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_RESIZE_LINES_H_
