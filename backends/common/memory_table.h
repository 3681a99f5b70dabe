#ifndef ONNXIFI_BACKENDS_COMMON_MEMORY_TABLE_H_
#define ONNXIFI_BACKENDS_COMMON_MEMORY_TABLE_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <shared_mutex>

#include "backends/common/device_memory.h"
#include "base/status.h"

namespace onnxifi::abi {

// The live memories of one backend, which no two overlap. What clients name is
// looked up here before anybody touches it. What is left at the end is given
// back. Thread-safe.
class MemoryTable {
 public:
  // nullptr: the device offers no memory. `native` has the bits of other types
  // of memory that it uses where it is, ONNXIFI_MEMORY_TYPE_*.
  explicit MemoryTable(DeviceMemory* device, uint64_t native = 0)
      : device_(device), native_(device == nullptr ? 0 : native) {}

  DeviceMemory* device() const { return device_; }
  bool IsNative(onnxEnum type) const {
    return std::has_single_bit(type) && (native_ & type) != 0;
  }

  // INVALID_MEMORY_LOCATION when it overlaps another one; on any failure the
  // block is left to the client.
  Status Add(const MemoryBlock& block);
  // The memory that begins at `buffer`.
  std::optional<MemoryBlock> Find(onnxPointer buffer) const;
  std::optional<MemoryBlock> Remove(onnxPointer buffer);

  enum class Where { kNowhere, kHostVisible, kDeviceOnly };
  // Whether all of the range lies inside of one memory.
  Where Locate(onnxPointer first, size_t bytes) const;

 private:
  DeviceMemory* const device_;
  const uint64_t native_;
  mutable std::shared_mutex mutex_;
  std::map<onnxPointer, MemoryBlock> live_;  // by buffer; guarded by mutex_
};

}  // namespace onnxifi::abi

#endif  // ONNXIFI_BACKENDS_COMMON_MEMORY_TABLE_H_
