#ifndef ONNXIFI_BACKENDS_OPENCL_DEVICE_MEMORY_H_
#define ONNXIFI_BACKENDS_OPENCL_DEVICE_MEMORY_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>

#include "backends/common/device_memory.h"
#include "backends/opencl/device.h"

namespace onnxifi::opencl {

class BufferBlock;

// A buffer of OpenCL at an address: the place of a client's tensor.
struct BufferPlace {
  std::shared_ptr<const BufferBlock> block;  // null: memory of the host
  size_t offset = 0;
};

// The blocks of a device by the addresses that stand for them. Thread-safe.
class BufferBlocks {
 public:
  BufferPlace Find(const void* address) const;
  void Add(uintptr_t begin, const std::shared_ptr<BufferBlock>& block);
  void Remove(uintptr_t begin);

 private:
  mutable std::shared_mutex mutex_;
  // guarded by mutex_
  std::map<uintptr_t, std::weak_ptr<BufferBlock>> blocks_;
};

// A buffer, and a range of addresses that nothing else in the process has. It
// cannot be read or written there: it only names the buffer and offsets in it.
class BufferBlock final : public MemoryOwner {
 public:
  static Result<std::shared_ptr<BufferBlock>> Make(
      std::shared_ptr<BufferBlocks> blocks,
      std::shared_ptr<const Device> device, ClOwned<cl_mem> memory,
      size_t size);
  ~BufferBlock() override;

  cl_mem memory() const { return memory_.get(); }
  uintptr_t begin() const { return begin_; }
  size_t size() const { return size_; }

 private:
  BufferBlock(std::shared_ptr<BufferBlocks> blocks,
              std::shared_ptr<const Device> device, ClOwned<cl_mem> memory,
              uintptr_t begin, size_t size);

  const std::shared_ptr<BufferBlocks> blocks_;
  const std::shared_ptr<const Device> device_;
  ClOwned<cl_mem> memory_;
  const uintptr_t begin_;
  const size_t size_;
};

// The memory of a device for clients. Where the device works in the host's
// memory, and where the host has to see it, it is the host's, which runs use or
// copy; elsewhere, and for buffers of the application, a BufferBlock.
// Thread-safe.
class OpenClMemory final : public DeviceMemory {
 public:
  explicit OpenClMemory(std::shared_ptr<const Device> device)
      : device_(std::move(device)), blocks_(std::make_shared<BufferBlocks>()) {}

  Result<MemoryBlock> Allocate(size_t size, size_t alignment,
                               bool host_visible) override;
  Result<MemoryBlock> Import(uint32_t kind, onnxPointer external,
                             size_t size) override;
  Result<onnxPointer> Export(uint32_t kind, const MemoryBlock& block) override;
  Result<MemoryBlock> Wrap(onnxEnum memory_type, onnxPointer buffer,
                           size_t size) override;
  onnxStatus Copy(void* to, const void* from, size_t size) override;
  CopySupport HowToCopy(bool from_device, bool to_device) const override;

  const std::shared_ptr<BufferBlocks>& blocks() const { return blocks_; }

 private:
  Result<MemoryBlock> BlockOf(ClOwned<cl_mem> memory, size_t size);
  Result<MemoryBlock> Share(onnxPointer handle, size_t size);
  Status CopyBuffers(void* to, const void* from, size_t size);

  const std::shared_ptr<const Device> device_;
  const std::shared_ptr<BufferBlocks> blocks_;
  std::mutex mutex_;                  // one copy at a time
  ClOwned<cl_command_queue> copies_;  // guarded by mutex_
};

}  // namespace onnxifi::opencl

#endif  // ONNXIFI_BACKENDS_OPENCL_DEVICE_MEMORY_H_
