#include "backends/common/binding.h"

namespace onnxifi::abi {

onnxStatus Binding::Execute() const noexcept {
  onnxStatus status = ONNXIFI_STATUS_INTERNAL_ERROR;
  try {
    status = executable->Run(inputs, outputs);
  } catch (...) {
    status = ONNXIFI_STATUS_INTERNAL_ERROR;
  }
  const bool listed = status == ONNXIFI_STATUS_SUCCESS ||
                      status == ONNXIFI_STATUS_BACKEND_UNAVAILABLE;
  return listed ? status : ONNXIFI_STATUS_INTERNAL_ERROR;
}

}  // namespace onnxifi::abi
