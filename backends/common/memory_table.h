#ifndef ONNXIFI_BACKENDS_COMMON_MEMORY_TABLE_H_
#define ONNXIFI_BACKENDS_COMMON_MEMORY_TABLE_H_

#include <cstddef>
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
  // nullptr: the device offers no memory.
  explicit MemoryTable(DeviceMemory* device) : device_(device) {}

  DeviceMemory* device() const { return device_; }

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
  mutable std::shared_mutex mutex_;
  std::map<onnxPointer, MemoryBlock> live_;  // by buffer; guarded by mutex_
};

}  // namespace onnxifi::abi

#endif  // ONNXIFI_BACKENDS_COMMON_MEMORY_TABLE_H_
