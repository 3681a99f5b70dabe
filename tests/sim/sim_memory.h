#ifndef ONNXIFI_TESTS_SIM_SIM_MEMORY_H_
#define ONNXIFI_TESTS_SIM_SIM_MEMORY_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "backends/common/device_memory.h"
#include "tests/sim/device_state.h"
#include "tests/sim/machine.h"

namespace onnxifi::sim {

// Buffers of simulated memory are addresses with a bit that no address has: a
// host that takes one for a pointer crashes.
inline constexpr uint64_t kDeviceBit = uint64_t{1} << 60;
inline bool IsOnDevice(const void* data) {
  return (reinterpret_cast<uint64_t>(data) & kDeviceBit) != 0;
}
// Where the bytes are, of a buffer or of host memory.
template <typename T>
T* BytesBehind(T* data) {
  return reinterpret_cast<T*>(reinterpret_cast<uint64_t>(data) & ~kDeviceBit);
}

// The memory of a simulated device whose machine's file gives it one.
// Thread-safe.
class SimMemory final : public DeviceMemory {
 public:
  SimMemory(const DeviceSpec& spec, std::shared_ptr<DeviceState> state);

  Result<MemoryBlock> Allocate(size_t size, size_t alignment,
                               bool host_visible) override;
  onnxStatus Copy(void* to, const void* from, size_t size) override;
  CopySupport HowToCopy(bool from_device, bool to_device) const override;

 private:
  // Bytes a second; 0: no time.
  uint64_t BandwidthOf(bool from_device, bool to_device) const;

  const std::string name_;
  const uint64_t size_;  // 0: the host's
  const uint64_t up_;
  const uint64_t down_;
  const uint64_t across_;
  const double copy_us_;
  const bool real_time_;
  const std::shared_ptr<DeviceState> state_;
};

}  // namespace onnxifi::sim

#endif  // ONNXIFI_TESTS_SIM_SIM_MEMORY_H_
