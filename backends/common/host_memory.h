#ifndef ONNXIFI_BACKENDS_COMMON_HOST_MEMORY_H_
#define ONNXIFI_BACKENDS_COMMON_HOST_MEMORY_H_

#include "backends/common/device_memory.h"

namespace onnxifi {

// The memory of a backend that computes in the host's: what every backend has
// that says nothing else. All of it is host-visible; host pointers and DLPack
// tensors go in and out. Stateless, hence thread-safe.
class HostMemory final : public DeviceMemory {
 public:
  constexpr HostMemory() = default;
  static HostMemory& Get();

  Result<MemoryBlock> Allocate(size_t size, size_t alignment,
                               bool host_visible) override;
  Result<MemoryBlock> Import(uint32_t kind, onnxPointer external,
                             size_t size) override;
  Result<onnxPointer> Export(uint32_t kind, const MemoryBlock& block) override;
  onnxStatus Copy(void* to, const void* from, size_t size) override;
  CopySupport HowToCopy(bool from_device, bool to_device) const override;
};

}  // namespace onnxifi

#endif  // ONNXIFI_BACKENDS_COMMON_HOST_MEMORY_H_
