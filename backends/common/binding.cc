#include "backends/common/binding.h"

#include <new>

#include "backends/common/run_control.h"

namespace onnxifi::abi {

bool IsShortage(onnxStatus status) {
  return status == ONNXIFI_STATUS_NO_SYSTEM_MEMORY ||
         status == ONNXIFI_STATUS_NO_DEVICE_MEMORY ||
         status == ONNXIFI_STATUS_NO_DEVICE_RESOURCES;
}

onnxStatus Binding::Execute() const noexcept {
  onnxStatus status = ONNXIFI_STATUS_INTERNAL_ERROR;
  RunControl* const control = RunControl::Current();
  if (control != nullptr) {
    const onnxStatus stop = control->StopCode();
    if (stop != ONNXIFI_STATUS_SUCCESS) return stop;
  }
  try {
    std::unique_lock<std::mutex> lock;
    if (serial != nullptr) lock = std::unique_lock<std::mutex>(*serial);
    status = executable->Run(inputs, outputs);
  } catch (const std::bad_alloc&) {
    status = ONNXIFI_STATUS_NO_SYSTEM_MEMORY;
  } catch (...) {
    status = ONNXIFI_STATUS_INTERNAL_ERROR;
  }
  const bool listed = status == ONNXIFI_STATUS_SUCCESS ||
                      status == ONNXIFI_STATUS_BACKEND_UNAVAILABLE ||
                      IsShortage(status) ||
                      (control != nullptr && IsStopped(status));
  return listed ? status : ONNXIFI_STATUS_INTERNAL_ERROR;
}

}  // namespace onnxifi::abi
