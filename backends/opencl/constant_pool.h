#ifndef ONNXIFI_BACKENDS_OPENCL_CONSTANT_POOL_H_
#define ONNXIFI_BACKENDS_OPENCL_CONSTANT_POOL_H_

#include <memory>
#include <mutex>
#include <unordered_map>

#include "backends/opencl/device.h"

namespace onnxifi::opencl {

// The constants of one graph on its device: each there once, shared by all of
// the graph's programs, gone with the last of them. Where the device uses the
// host's memory nothing is copied. Thread-safe.
class ConstantPool {
 public:
  explicit ConstantPool(std::shared_ptr<const Device> device)
      : device_(std::move(device)) {}

  using Buffer = std::shared_ptr<const ClOwned<cl_mem>>;
  // `owner` keeps the bytes alive and is kept as long as the buffer.
  Result<Buffer> Get(const void* data, size_t bytes,
                     std::shared_ptr<const void> owner);

 private:
  const std::shared_ptr<const Device> device_;
  std::mutex mutex_;
  // guarded by mutex_
  std::unordered_map<const void*, std::weak_ptr<const ClOwned<cl_mem>>>
      buffers_;
};

}  // namespace onnxifi::opencl

#endif  // ONNXIFI_BACKENDS_OPENCL_CONSTANT_POOL_H_
