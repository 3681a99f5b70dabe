#ifndef ONNXIFI_BACKENDS_COMMON_ABI_ARGUMENTS_H_
#define ONNXIFI_BACKENDS_COMMON_ABI_ARGUMENTS_H_

#include <onnxifi/onnxifi.h>

#include "backends/common/library.h"
#include "base/status.h"

namespace onnxifi::abi {

// The refusals that several entry points share.
inline Status NullPointer(const char* argument) {
  return Status(ONNXIFI_STATUS_INVALID_POINTER,
                std::string(argument) + " is NULL");
}
inline Status DeadHandle(onnxStatus code, const char* what) {
  return Status(code, std::string("not a live ") + what +
                          ": NULL, released, or of another kind or library");
}
inline Status DeadId() {
  return DeadHandle(ONNXIFI_STATUS_INVALID_ID, "backend ID");
}
inline Status DeadBackend() {
  return DeadHandle(ONNXIFI_STATUS_INVALID_BACKEND, "backend");
}
inline Status DeadGraph() {
  return DeadHandle(ONNXIFI_STATUS_INVALID_GRAPH, "graph");
}
inline Status DeadEvent() {
  return DeadHandle(ONNXIFI_STATUS_INVALID_EVENT, "event");
}

// What a call ends with in which the client's own function returned `code`.
inline Status ReceiveStatus(onnxStatus code) {
  if (code == ONNXIFI_STATUS_SUCCESS) return Status::Ok();
  // FALLBACK would say that the call has succeeded.
  return Status(
      code == ONNXIFI_STATUS_FALLBACK ? ONNXIFI_STATUS_INTERNAL_ERROR : code,
      "the client's function returned status " + std::to_string(code));
}

// The client gets an object: counts and returns its handle.
template <typename RefType>
void* Hand(const RefType& object) {
  Library::Get().HandleMade();
  return object.handle();
}

}  // namespace onnxifi::abi

#endif  // ONNXIFI_BACKENDS_COMMON_ABI_ARGUMENTS_H_
