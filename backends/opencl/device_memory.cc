#include "backends/opencl/device_memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <iterator>
#include <utility>

#include "backends/common/host_memory.h"
#include "backends/common/run_control.h"
#include "backends/opencl/native_handle.h"
#include "base/checked.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

// Whole pages.
size_t MappedBytes(size_t size) {
  const size_t page = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
  size_t rounded = 0;
  return CheckedAdd(size, page - 1, &rounded) ? rounded & ~(page - 1) : 0;
}

}  // namespace

BufferPlace BufferBlocks::Find(const void* address) const {
  const auto at = reinterpret_cast<uintptr_t>(address);
  const std::shared_lock<std::shared_mutex> lock(mutex_);
  const auto next = blocks_.upper_bound(at);
  if (next == blocks_.begin()) return {};
  std::shared_ptr<const BufferBlock> block = std::prev(next)->second.lock();
  if (block == nullptr || at - block->begin() >= block->size()) return {};
  const size_t offset = at - block->begin();
  return {std::move(block), offset};
}

void BufferBlocks::Add(uintptr_t begin,
                       const std::shared_ptr<BufferBlock>& block) {
  const std::unique_lock<std::shared_mutex> lock(mutex_);
  blocks_[begin] = block;
}

void BufferBlocks::Remove(uintptr_t begin) {
  const std::unique_lock<std::shared_mutex> lock(mutex_);
  blocks_.erase(begin);
}

BufferBlock::BufferBlock(std::shared_ptr<BufferBlocks> blocks,
                         std::shared_ptr<const Device> device,
                         ClOwned<cl_mem> memory, uintptr_t begin, size_t size)
    : blocks_(std::move(blocks)),
      device_(std::move(device)),
      memory_(std::move(memory)),
      begin_(begin),
      size_(size) {}

Result<std::shared_ptr<BufferBlock>> BufferBlock::Make(
    std::shared_ptr<BufferBlocks> blocks, std::shared_ptr<const Device> device,
    ClOwned<cl_mem> memory, size_t size) {
  const size_t mapped = MappedBytes(size);
  void* const range =
      mapped == 0 ? MAP_FAILED
                  : ::mmap(nullptr, mapped, PROT_NONE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (range == MAP_FAILED) {
    return Status(ONNXIFI_STATUS_NO_SYSTEM_RESOURCES,
                  StrCat("no range of addresses for ", size, " bytes"));
  }
  const auto begin = reinterpret_cast<uintptr_t>(range);
  std::shared_ptr<BufferBlock> block(new BufferBlock(
      blocks, std::move(device), std::move(memory), begin, size));
  blocks->Add(begin, block);
  return block;
}

BufferBlock::~BufferBlock() {
  // The range may be another block's as soon as it is unmapped.
  blocks_->Remove(begin_);
  ::munmap(reinterpret_cast<void*>(begin_), MappedBytes(size_));
}

Result<MemoryBlock> OpenClMemory::BlockOf(ClOwned<cl_mem> memory, size_t size) {
  ONNXIFI_ASSIGN_OR_RETURN(
      std::shared_ptr<BufferBlock> block,
      BufferBlock::Make(blocks_, device_, std::move(memory), size));
  const auto begin = static_cast<onnxPointer>(block->begin());
  return MemoryBlock{begin, size, nullptr, std::move(block)};
}

Result<MemoryBlock> OpenClMemory::Allocate(size_t size, size_t alignment,
                                           bool host_visible) {
  const DeviceFacts& facts = device_->facts();
  if (host_visible || facts.is_cpu()) {
    return HostMemory::Get().Allocate(size, alignment, host_visible);
  }
  ONNXIFI_ASSIGN_OR_RETURN(
      ClOwned<cl_mem> memory,
      device_->MakeBuffer(CL_MEM_READ_WRITE, size, nullptr));
  return BlockOf(std::move(memory), size);
}

Result<MemoryBlock> OpenClMemory::Share(onnxPointer handle, size_t size) {
  ONNXIFI_ASSIGN_OR_RETURN(ClOwned<cl_mem> memory,
                           ShareBuffer(*device_, handle, size));
  return BlockOf(std::move(memory), size);
}

Result<MemoryBlock> OpenClMemory::Import(uint32_t kind, onnxPointer external,
                                         size_t size) {
  if (kind == ONNXIFI_EXTERNAL_OPENCL_BUFFER) return Share(external, size);
  return HostMemory::Get().Import(kind, external, size);
}

Result<onnxPointer> OpenClMemory::Export(uint32_t kind,
                                         const MemoryBlock& block) {
  const BufferPlace place =
      blocks_->Find(reinterpret_cast<const void*>(block.buffer));
  if (place.block == nullptr) return HostMemory::Get().Export(kind, block);
  if (kind == ONNXIFI_EXTERNAL_OPENCL_BUFFER) {
    return reinterpret_cast<onnxPointer>(place.block->memory());
  }
  return Status(ONNXIFI_STATUS_UNSUPPORTED_MEMORY_TYPE,
                "memory of the device is exported as a buffer of OpenCL only");
}

Result<MemoryBlock> OpenClMemory::Wrap(onnxEnum memory_type, onnxPointer buffer,
                                       size_t size) {
  if (memory_type == ONNXIFI_MEMORY_TYPE_OPENCL_BUFFER) {
    return Share(buffer, size);
  }
  return DeviceMemory::Wrap(memory_type, buffer, size);
}

Status OpenClMemory::CopyBuffers(void* to, const void* from, size_t size) {
  const BufferPlace target = blocks_->Find(to);
  const BufferPlace source = blocks_->Find(from);
  if (target.block == nullptr && source.block == nullptr) {
    std::memmove(to, from, size);
    return Status::Ok();
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!copies_) {
    ONNXIFI_ASSIGN_OR_RETURN(copies_, device_->MakeQueue());
  }
  const ClLibrary& cl = device_->cl();
  const cl_command_queue queue = copies_.get();
  if (target.block == nullptr) {
    ONNXIFI_CL_RETURN_IF_ERROR(
        "clEnqueueReadBuffer",
        cl.clEnqueueReadBuffer(queue, source.block->memory(), CL_TRUE,
                               source.offset, size, to, 0, nullptr, nullptr));
    return Status::Ok();
  }
  if (source.block == nullptr) {
    ONNXIFI_CL_RETURN_IF_ERROR(
        "clEnqueueWriteBuffer",
        cl.clEnqueueWriteBuffer(queue, target.block->memory(), CL_TRUE,
                                target.offset, size, from, 0, nullptr,
                                nullptr));
    return Status::Ok();
  }
  return device_->CopyBetween(queue, target.block->memory(), target.offset,
                              source.block->memory(), source.offset, size);
}

onnxStatus OpenClMemory::Copy(void* to, const void* from, size_t size) {
  if (size == 0) return ONNXIFI_STATUS_SUCCESS;
  const Status status = CopyBuffers(to, from, size);
  if (!status.ok()) NoteRunFailure(status);
  return status.code();
}

CopySupport OpenClMemory::HowToCopy(bool, bool) const {
  return {ONNXIFI_COPY_DIRECT, -1, 0};
}

}  // namespace onnxifi::opencl
