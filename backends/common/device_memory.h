#ifndef ONNXIFI_BACKENDS_COMMON_DEVICE_MEMORY_H_
#define ONNXIFI_BACKENDS_COMMON_DEVICE_MEMORY_H_

#include <onnxifi/onnxifi_ext.h>

#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/status.h"

namespace onnxifi {

// What lives as long as a block of memory and gives it back at the end.
class MemoryOwner {
 public:
  virtual ~MemoryOwner() = default;
  // The import failed after all: what it took over stays the client's.
  virtual void LeaveToClient() {}
};

// A piece of a device's memory; gone with its owner.
struct MemoryBlock {
  onnxPointer buffer = 0;
  size_t size = 0;
  void* host = nullptr;                // nullptr: the host cannot address it
  std::shared_ptr<MemoryOwner> owner;  // null: nothing has to be given back
};

// How a device copies; as in onnxCopySupport.
struct CopySupport {
  uint32_t support = ONNXIFI_COPY_NONE;
  int64_t latency_ns = -1;
  uint64_t bytes_per_second = 0;
};

// The memory of one device, for the group of interface 1.1 about memory: what
// a plugin author implements whose device has memory of its own. Executables of
// the backend get pointers into its blocks, as `buffer` tells them, mixed with
// pointers to host memory; so a buffer is either an address of the process or
// something that the backend can tell from one. Thread-safe; outlives its
// blocks.
class DeviceMemory {
 public:
  virtual ~DeviceMemory() = default;

  // `size` is not 0, `alignment` a power of two up to 4096.
  // UNSUPPORTED_MEMORY_TYPE when the host has to see it and cannot.
  virtual Result<MemoryBlock> Allocate(size_t size, size_t alignment,
                                       bool host_visible) = 0;
  // `kind` is one of ONNXIFI_EXTERNAL_*. UNSUPPORTED_MEMORY_TYPE: not this one.
  virtual Result<MemoryBlock> Import(uint32_t kind, onnxPointer external,
                                     size_t size);
  virtual Result<onnxPointer> Export(uint32_t kind, const MemoryBlock& block);
  // Stands for a buffer of the client that a descriptor names by one of
  // BackendInfo::memory_types, as long as its owner lives. At least `size` bytes
  // of it are used. INVALID_MEMORY_LOCATION: it is not what it should be.
  virtual Result<MemoryBlock> Wrap(onnxEnum memory_type, onnxPointer buffer,
                                   size_t size);
  // Each end lies inside a block, or is host memory. The ranges may overlap.
  // SUCCESS, BACKEND_UNAVAILABLE, or INTERNAL_ERROR.
  virtual onnxStatus Copy(void* to, const void* from, size_t size) = 0;
  // Between host memory and this one; the same answer each time.
  virtual CopySupport HowToCopy(bool from_device, bool to_device) const = 0;
};

}  // namespace onnxifi

#endif  // ONNXIFI_BACKENDS_COMMON_DEVICE_MEMORY_H_
