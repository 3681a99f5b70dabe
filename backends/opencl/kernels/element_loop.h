#ifndef ONNXIFI_BACKENDS_OPENCL_KERNELS_ELEMENT_LOOP_H_
#define ONNXIFI_BACKENDS_OPENCL_KERNELS_ELEMENT_LOOP_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "backends/opencl/device.h"
#include "backends/opencl/kernel_text.h"

namespace onnxifi::opencl {

// The device that a node is prepared for.
const DeviceFacts& FactsOf(const PrepareContext& ctx);

// A tensor that a loop reads: strides in elements, one for each dimension of the
// loop; 0 where it does not move.
struct LoopOperand {
  std::string name;  // of the pointer; its index is NAME_i
  std::vector<int64_t> strides;
  int64_t offset = 0;
};

// Strides of a dense tensor of `shape` that is broadcast to `out`.
std::vector<int64_t> BroadcastStrides(std::span<const int64_t> shape,
                                      std::span<const int64_t> out);

// A kernel that does the same for every element of a dense output: the text of
// its loops, chosen for the device and the strides, and its range. On a CPU an
// item does a run of elements, on others one.
//
// `body` is run for output element `i`, and for each operand NAME it has the
// index `NAME_i`.
Launch MakeElementLoop(const DeviceFacts& facts, KernelText kernel,
                       std::span<const int64_t> dims,
                       std::span<const LoopOperand> operands,
                       std::string_view body);

// The same where `body` has the coordinates c0, c1, ... of the element instead.
Launch MakeCoordinateLoop(const DeviceFacts& facts, KernelText kernel,
                          std::span<const int64_t> dims, std::string_view body);

// Rows of `inner` elements: `head` is run with the row's coordinates c0, c1,
// ... in `dims` and may leave the row by "continue;", then `body` for its
// elements `j`, each element `i` of the output. Only a CPU runs `head` once for
// all of them.
Launch MakeRowLoop(const DeviceFacts& facts, KernelText kernel,
                   std::span<const int64_t> dims, int64_t inner,
                   std::string_view head, std::string_view body);

}  // namespace onnxifi::opencl

#endif  // ONNXIFI_BACKENDS_OPENCL_KERNELS_ELEMENT_LOOP_H_
