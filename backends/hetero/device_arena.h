#ifndef ONNXIFI_BACKENDS_HETERO_DEVICE_ARENA_H_
#define ONNXIFI_BACKENDS_HETERO_DEVICE_ARENA_H_

#include <onnxifi/onnxifi_ext.h>

#include <memory>
#include <span>

#include "base/status.h"
#include "partitioner/device.h"

namespace onnxifi::hetero {

// Memory of a device, through interface 1.1, and copies from and to it. One
// thread at a time.
class DeviceArena {
 public:
  // The device has_memory(). The failure's code is the device's.
  static Result<std::unique_ptr<DeviceArena>> Make(
      std::shared_ptr<partitioner::Device> device, size_t bytes);
  ~DeviceArena();
  DeviceArena(const DeviceArena&) = delete;
  DeviceArena& operator=(const DeviceArena&) = delete;

  onnxEnum type() const { return memory_.memoryType; }
  onnxPointer buffer() const { return memory_.buffer; }

  // Starts the copies behind the wait events; *event is to be released.
  Status Copy(std::span<const onnxMemoryCopy> copies,
              std::span<const onnxEvent> waits, onnxEvent* event) const;
  // Waits for the end of such copies.
  Status Wait(onnxEvent event) const;
  void Release(onnxEvent event) const;

 private:
  DeviceArena(std::shared_ptr<partitioner::Device> device, onnxBackend backend,
              const onnxMemory& memory)
      : device_(std::move(device)), backend_(backend), memory_(memory) {}
  Status Checked(onnxStatus code) const;

  const std::shared_ptr<partitioner::Device> device_;
  const onnxBackend backend_;
  const onnxMemory memory_;
};

}  // namespace onnxifi::hetero

#endif  // ONNXIFI_BACKENDS_HETERO_DEVICE_ARENA_H_
