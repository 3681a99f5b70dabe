#include "backends/opencl/constant_pool.h"

#include <utility>

namespace onnxifi::opencl {
namespace {

struct Entry {
  ClOwned<cl_mem> memory;
  // Behind the memory: released after it.
  std::shared_ptr<const void> owner;

  ~Entry() { memory = {}; }
  Entry(ClOwned<cl_mem> made, std::shared_ptr<const void> kept)
      : memory(std::move(made)), owner(std::move(kept)) {}
};

}  // namespace

Result<ConstantPool::Buffer> ConstantPool::Get(
    const void* data, size_t bytes, std::shared_ptr<const void> owner) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (const auto found = buffers_.find(data); found != buffers_.end()) {
    if (Buffer buffer = found->second.lock()) return buffer;
  }
  const bool uses_host = device_->facts().is_cpu();
  const cl_mem_flags flags =
      CL_MEM_READ_ONLY | (bytes == 0  ? cl_mem_flags{0}
                          : uses_host ? CL_MEM_USE_HOST_PTR
                                      : CL_MEM_COPY_HOST_PTR);
  // Read only, so that dropping const is safe.
  ONNXIFI_ASSIGN_OR_RETURN(
      ClOwned<cl_mem> memory,
      device_->MakeBuffer(flags, bytes,
                          bytes == 0 ? nullptr : const_cast<void*>(data)));
  auto entry = std::make_shared<Entry>(std::move(memory),
                                       uses_host ? std::move(owner) : nullptr);
  Buffer buffer(entry, &entry->memory);
  buffers_[data] = buffer;
  return buffer;
}

}  // namespace onnxifi::opencl
