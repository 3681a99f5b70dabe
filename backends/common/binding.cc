#include "backends/common/binding.h"

#include <new>

#include "backends/common/run_control.h"

namespace onnxifi::abi {

bool IsShortage(onnxStatus status) {
  return status == ONNXIFI_STATUS_NO_SYSTEM_MEMORY ||
         status == ONNXIFI_STATUS_NO_DEVICE_MEMORY ||
         status == ONNXIFI_STATUS_NO_DEVICE_RESOURCES;
}

onnxStatus Binding::RunGuarded() const noexcept {
  try {
    return executable->Run(inputs, outputs);
  } catch (const std::bad_alloc&) {
    return ONNXIFI_STATUS_NO_SYSTEM_MEMORY;
  } catch (...) {
    return ONNXIFI_STATUS_INTERNAL_ERROR;
  }
}

onnxStatus Binding::Execute() const noexcept {
  RunControl* const control = RunControl::Current();
  if (serial != nullptr) {
    const onnxStatus stop = serial->Lock(control);
    if (stop != ONNXIFI_STATUS_SUCCESS) return stop;
  }
  onnxStatus status =
      control == nullptr ? ONNXIFI_STATUS_SUCCESS : control->StopCode();
  if (status == ONNXIFI_STATUS_SUCCESS) status = RunGuarded();
  if (serial != nullptr) serial->Unlock();
  const bool listed = status == ONNXIFI_STATUS_SUCCESS ||
                      status == ONNXIFI_STATUS_BACKEND_UNAVAILABLE ||
                      IsShortage(status) ||
                      (IsStopped(status) && control != nullptr &&
                       control->StopCode() == status);
  return listed ? status : ONNXIFI_STATUS_INTERNAL_ERROR;
}

}  // namespace onnxifi::abi
