#ifndef ONNXIFI_BACKENDS_OPENCL_LAUNCH_H_
#define ONNXIFI_BACKENDS_OPENCL_LAUNCH_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "backends/common/op_kernel.h"
#include "base/aligned_memory.h"

namespace onnxifi::opencl {

// Bytes that a kernel reads and that were made from constants, e.g. packed
// weights. On the device once, however many launches read them.
struct PackedBytes {
  AlignedMemory memory;
  size_t bytes = 0;

  float* floats() const { return static_cast<float*>(memory.data()); }
};
// Zeros at first.
Result<std::shared_ptr<PackedBytes>> MakePacked(size_t bytes);
// A copy.
Result<std::shared_ptr<const PackedBytes>> PackCopy(
    std::span<const std::byte> bytes);

// What a parameter of a kernel is bound to. Every one is a buffer and an offset
// in bytes into it.
struct LaunchArgument {
  // kFailure: an int, 0 before each run; a kernel that meets data which it cannot
  // take writes 1, and the run fails.
  enum class Kind : uint8_t { kInput, kOutput, kScratch, kPacked, kFailure };
  Kind kind = Kind::kInput;
  size_t index = 0;   // kInput, kOutput: which one of the node
  size_t offset = 0;  // bytes
  std::shared_ptr<const PackedBytes> packed;
};

// One kernel over one range of work-items.
struct Launch {
  // The kernel's text, with KERNEL in the place of its name.
  std::string code;
  std::vector<LaunchArgument> arguments;
  std::array<size_t, 3> global = {1, 1, 1};
  // 0: the driver chooses. Divides global.
  std::array<size_t, 3> local = {0, 0, 0};
};

// The state of a step: launches, one after the other.
struct LaunchList {
  std::vector<Launch> launches;
};

// Sets the step of a node. Launches of empty ranges are left out.
void SetLaunches(PrepareContext& ctx, std::vector<Launch> launches);
// The function of steps with launches, for those that no kernel sets.
RunFn LaunchFn();
// The launches of a step; NULL when it was set by something else.
const LaunchList* LaunchesOf(RunFn fn, const void* state);

}  // namespace onnxifi::opencl

#endif  // ONNXIFI_BACKENDS_OPENCL_LAUNCH_H_
