#include "backends/hetero/device_arena.h"

#include <utility>

namespace onnxifi::hetero {

Result<std::unique_ptr<DeviceArena>> DeviceArena::Make(
    std::shared_ptr<partitioner::Device> device, size_t bytes) {
  ONNXIFI_ASSIGN_OR_RETURN(const onnxBackend backend, device->Backend());
  onnxMemory memory = {};
  memory.structSize = sizeof(memory);
  onnxAllocateMemoryArguments arguments = {};
  arguments.structSize = sizeof(arguments);
  arguments.backend = backend;
  arguments.size = bytes;
  arguments.memory = &memory;
  const onnxStatus code = device->interface()->allocateMemory(&arguments);
  const Status status = device->functions().Check(code);
  if (!status.ok()) return status.WithContext(device->name());
  return std::unique_ptr<DeviceArena>(
      new DeviceArena(std::move(device), backend, memory));
}

DeviceArena::~DeviceArena() {
  onnxFreeMemoryArguments arguments = {};
  arguments.structSize = sizeof(arguments);
  arguments.backend = backend_;
  arguments.memoryType = memory_.memoryType;
  arguments.buffer = memory_.buffer;
  const onnxStatus freed = device_->interface()->freeMemory(&arguments);
  static_cast<void>(freed);
}

Status DeviceArena::Checked(onnxStatus code) const {
  if (code == ONNXIFI_STATUS_SUCCESS) return Status::Ok();
  return device_->functions().Check(code).WithContext(device_->name());
}

Status DeviceArena::Copy(std::span<const onnxMemoryCopy> copies,
                         std::span<const onnxEvent> waits,
                         onnxEvent* event) const {
  onnxCopyMemoryArguments arguments = {};
  arguments.structSize = sizeof(arguments);
  arguments.waitCount = static_cast<uint32_t>(waits.size());
  arguments.backend = backend_;
  arguments.waitEvents = waits.data();
  arguments.copies = copies.data();
  arguments.copiesCount = static_cast<uint32_t>(copies.size());
  arguments.event = event;
  return Checked(device_->interface()->copyMemory(&arguments));
}

Status DeviceArena::Wait(onnxEvent event) const {
  return Checked(device_->functions().onnxWaitEvent(event));
}

void DeviceArena::Release(onnxEvent event) const {
  static_cast<void>(device_->functions().onnxReleaseEvent(event));
}

}  // namespace onnxifi::hetero
