#include "backends/common/abi_arguments.h"

#include <string>

namespace onnxifi::abi {

Status NullPointer(const char* argument) {
  return Status(ONNXIFI_STATUS_INVALID_POINTER,
                std::string(argument) + " is NULL");
}

Status DeadHandle(onnxStatus code, const char* what) {
  // One piece after the other: GCC 12 with sanitizers reports an array bound
  // (-Warray-bounds) in the concatenation of temporaries.
  std::string message = "not a live ";
  message += what;
  message += ": NULL, released, or of another kind or library";
  return Status(code, message);
}

Status ReceiveStatus(onnxStatus code) {
  if (code == ONNXIFI_STATUS_SUCCESS) return Status::Ok();
  // FALLBACK would say that the call has succeeded.
  return Status(
      code == ONNXIFI_STATUS_FALLBACK ? ONNXIFI_STATUS_INTERNAL_ERROR : code,
      "the client's function returned status " + std::to_string(code));
}

}  // namespace onnxifi::abi
