#ifndef ONNXIFI_BACKENDS_OPENCL_KERNELS_LOOP_TEXT_H_
#define ONNXIFI_BACKENDS_OPENCL_KERNELS_LOOP_TEXT_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "backends/opencl/device.h"
#include "backends/opencl/kernel_text.h"

namespace onnxifi::opencl {

// Text that kernels with loops over elements have in common.

// What an index into that many elements is computed in.
const char* IndexType(int64_t total);

// "const int c1 = r % 7; r /= 7;" from the innermost of `dims` outwards; names
// are `prefix` and a number, counted from the outermost.
std::string DecodeText(std::span<const int64_t> dims, std::string_view type,
                       std::string_view prefix);

// "3 + c0 * 5 + c1" over the first `count` coordinates.
std::string IndexText(std::span<const int64_t> strides, int64_t offset,
                      size_t count, std::string_view prefix);

// The same for the coordinates in `dims` of index `name`:
// "(z / 4) % 3 * 20L + z % 4 * 5L".
std::string OffsetText(std::string_view name, std::span<const int64_t> dims,
                       std::span<const int64_t> strides);

// One item does `run` of `total` units of work, and at least `least` on a CPU.
struct WorkSplit {
  int64_t run = 1;
  int64_t items = 1;
};
WorkSplit SplitWork(const DeviceFacts& facts, int64_t total, int64_t least);

// "const int first = ...; const int end = ...; for (int NAME = first; ...) {"
std::string RunText(const WorkSplit& split, int64_t total,
                    std::string_view type, std::string_view name);

// Sets the range for that many items in one dimension.
void SetRange(const DeviceFacts& facts, int64_t items, Launch* launch);

}  // namespace onnxifi::opencl

#endif  // ONNXIFI_BACKENDS_OPENCL_KERNELS_LOOP_TEXT_H_
