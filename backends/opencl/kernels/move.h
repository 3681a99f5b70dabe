#ifndef ONNXIFI_BACKENDS_OPENCL_KERNELS_MOVE_H_
#define ONNXIFI_BACKENDS_OPENCL_KERNELS_MOVE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "backends/common/op_kernel.h"
#include "backends/opencl/kernel_text.h"

namespace onnxifi::opencl {

// The type of OpenCL C that moves elements of a type; NULL when they are no
// whole bytes.
const char* UnitOf(graph::DataType type);

// A tensor read along other dimensions than its own: strides in elements.
struct StridedView {
  graph::Shape dims;
  graph::Shape strides;
  int64_t offset = 0;

  void Add(int64_t dim, int64_t stride) {
    dims.push_back(dim);
    strides.push_back(stride);
  }
};
// Output 0, of shape `out`, is input 0 as the view reads it.
Status PrepareView(PrepareContext& ctx, graph::Shape out,
                   const StridedView& view);

// Copies all of input `input` to output 0; nothing moves when they are one.
Launch CopyInput(const PrepareContext& ctx, size_t input);

// Lines of a loop's body: declares `name` as an index into `limit` elements
// made of the integer `value`, negative ones counted from the end. Another
// value makes the run fail and leaves the turn of the loop.
std::string IndexText(std::string_view name, std::string_view value,
                      int64_t limit);

}  // namespace onnxifi::opencl

#endif  // ONNXIFI_BACKENDS_OPENCL_KERNELS_MOVE_H_
