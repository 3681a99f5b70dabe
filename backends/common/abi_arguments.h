#ifndef ONNXIFI_BACKENDS_COMMON_ABI_ARGUMENTS_H_
#define ONNXIFI_BACKENDS_COMMON_ABI_ARGUMENTS_H_

#include <onnxifi/onnxifi.h>

#include "backends/common/library.h"
#include "base/status.h"

namespace onnxifi::abi {

// The refusals that several entry points share.
Status NullPointer(const char* argument);
Status DeadHandle(onnxStatus code, const char* what);
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
Status ReceiveStatus(onnxStatus code);

// The client gets an object: counts and returns its handle.
template <typename RefType>
void* Hand(const RefType& object) {
  Library::Get().HandleMade();
  return object.handle();
}

}  // namespace onnxifi::abi

#endif  // ONNXIFI_BACKENDS_COMMON_ABI_ARGUMENTS_H_
