#include "backends/common/host_memory.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "backends/common/dlpack.h"
#include "base/checked.h"
#include "base/str_cat.h"

namespace onnxifi {
namespace {

// One line of a cache, and what the kernels like best.
constexpr size_t kAlignment = 64;

constinit HostMemory g_host_memory;

Status NotOffered(uint32_t kind) {
  return Status(ONNXIFI_STATUS_UNSUPPORTED_MEMORY_TYPE,
                StrCat("this backend does not exchange memory of kind ", kind,
                       "; it takes what allocateMemory gives"));
}

class AllocatedBytes final : public MemoryOwner {
 public:
  // With size == 0: nothing.
  AllocatedBytes(size_t size, size_t alignment)
      : bytes_(std::aligned_alloc(alignment, size)) {}
  ~AllocatedBytes() override { std::free(bytes_); }
  AllocatedBytes(const AllocatedBytes&) = delete;
  AllocatedBytes& operator=(const AllocatedBytes&) = delete;
  void* bytes() const { return bytes_; }

 private:
  void* const bytes_;
};

}  // namespace

Result<MemoryBlock> DeviceMemory::Import(uint32_t kind, onnxPointer, size_t) {
  return NotOffered(kind);
}

Result<onnxPointer> DeviceMemory::Export(uint32_t kind, const MemoryBlock&) {
  return NotOffered(kind);
}

Result<MemoryBlock> DeviceMemory::Wrap(onnxEnum memory_type, onnxPointer,
                                       size_t) {
  return Status(
      ONNXIFI_STATUS_UNSUPPORTED_MEMORY_TYPE,
      StrCat("this backend does not use memory of type ", memory_type));
}

HostMemory& HostMemory::Get() { return g_host_memory; }

Result<MemoryBlock> HostMemory::Allocate(size_t size, size_t alignment, bool) {
  alignment = std::max(alignment, kAlignment);
  size_t rounded = 0;
  // No object is larger than PTRDIFF_MAX; allocators need not check that.
  if (CheckedAdd(size, alignment - 1, &rounded) && rounded <= PTRDIFF_MAX) {
    // Sizes have to be multiples of the alignment.
    rounded &= ~(alignment - 1);
    const auto owner = std::make_shared<AllocatedBytes>(rounded, alignment);
    if (owner->bytes() != nullptr) {
      return MemoryBlock{reinterpret_cast<onnxPointer>(owner->bytes()), size,
                         owner->bytes(), owner};
    }
  }
  return Status(ONNXIFI_STATUS_NO_SYSTEM_MEMORY,
                StrCat("no ", size, " bytes of host memory"));
}

Result<MemoryBlock> HostMemory::Import(uint32_t kind, onnxPointer external,
                                       size_t size) {
  if (kind == ONNXIFI_EXTERNAL_DLPACK) return dlpack::Import(external);
  if (kind != ONNXIFI_EXTERNAL_HOST_POINTER) return NotOffered(kind);
  onnxPointer end = 0;
  if (!CheckedAdd<onnxPointer>(external, size, &end)) {
    return Status(ONNXIFI_STATUS_INVALID_MEMORY_LOCATION,
                  "the memory ends behind the last address");
  }
  return MemoryBlock{external, size, reinterpret_cast<void*>(external),
                     nullptr};
}

Result<onnxPointer> HostMemory::Export(uint32_t kind,
                                       const MemoryBlock& block) {
  if (kind == ONNXIFI_EXTERNAL_DLPACK) return dlpack::Export(block);
  if (kind == ONNXIFI_EXTERNAL_HOST_POINTER) return block.buffer;
  return NotOffered(kind);
}

onnxStatus HostMemory::Copy(void* to, const void* from, size_t size) {
  std::memmove(to, from, size);
  return ONNXIFI_STATUS_SUCCESS;
}

CopySupport HostMemory::HowToCopy(bool, bool) const {
  return {ONNXIFI_COPY_DIRECT, -1, 0};
}

}  // namespace onnxifi
