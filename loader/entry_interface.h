#ifndef ONNXIFI_LOADER_ENTRY_INTERFACE_H_
#define ONNXIFI_LOADER_ENTRY_INTERFACE_H_

#include <onnxifi/onnxifi_ext.h>

#include "loader/entry.h"

namespace onnxifi::loader {

// What the functions of interface 1.1 share.

// What all argument structures begin with.
template <typename Arguments>
onnxStatus CheckArguments(const Arguments* arguments, const char* function) {
  if (arguments == nullptr) {
    return Fail(ONNXIFI_STATUS_INVALID_POINTER, function, "arguments is NULL");
  }
  if (arguments->structSize < sizeof(*arguments)) {
    return Fail(ONNXIFI_STATUS_INVALID_SIZE, function,
                "structSize is smaller than the structure of interface 1.1");
  }
  if (arguments->next != nullptr) {
    return Fail(ONNXIFI_STATUS_UNSUPPORTED_PROPERTY, function,
                "next is not NULL, but no extension is known");
  }
  return ONNXIFI_STATUS_SUCCESS;
}

// A copy for the plugin: no larger than what the loader knows.
template <typename Arguments>
Arguments CopyOf(const Arguments& arguments) {
  Arguments copy = arguments;
  copy.structSize = sizeof(copy);
  return copy;
}

// For a client that uses the table of one backend with another's objects.
inline onnxStatus NotOffered(const char* function) {
  return Fail(ONNXIFI_STATUS_UNSUPPORTED_VERSION, function,
              "the backend of this object does not offer the function");
}

}  // namespace onnxifi::loader

#endif  // ONNXIFI_LOADER_ENTRY_INTERFACE_H_
