#include "loader/dispatch.h"

#include "base/str_cat.h"

namespace onnxifi::loader {

namespace {

// Exported by the foxi fork only, which changed structures under the same
// function names and version number.
constexpr const char* kFoxiNames[] = {
    "onnxReleaseTraceEvents", "onnxWaitEventFor", "onnxGetOption",
    "onnxSetOption", "onnxGetCurrentBatchSize"};

enum Kind { CORE, EXT };

template <typename Function>
Outcome BindOne(const DynamicLibrary& library, const char* name, Kind kind,
                Function* function) {
  void* address = library.FindFunction(name);
  if (address == nullptr && kind == CORE) {
    return {Reason::kSymbolMissing, StrCat("does not export ", name)};
  }
  *function = reinterpret_cast<Function>(address);
  return {};
}

}  // namespace

Outcome DispatchTable::Bind(const DynamicLibrary& library) {
#define ONNXIFI_FUNCTION(name, since, kind)                         \
  if (Outcome outcome = BindOne(library, #name, kind, &this->name); \
      !outcome.ok()) {                                              \
    return outcome;                                                 \
  }
#include "abi/onnxifi_functions.inc"
  for (const char* name : kFoxiNames) {
    if (library.FindFunction(name) != nullptr) {
      return {Reason::kFoxi, StrCat("exports ", name,
                                    ": it is built for foxi, whose "
                                    "structures differ from ONNXIFI 1.0")};
    }
  }
  return {};
}

#define ONNXIFI_STATUSES(X)                                                   \
  X(SUCCESS)                                                                  \
  X(FALLBACK)                                                                 \
  X(INVALID_ID)                                                               \
  X(INVALID_SIZE)                                                             \
  X(INVALID_POINTER)                                                          \
  X(INVALID_PROTOBUF) X(INVALID_MODEL) X(INVALID_BACKEND) X(INVALID_GRAPH)    \
      X(INVALID_EVENT) X(INVALID_STATE) X(INVALID_NAME) X(INVALID_SHAPE) X(   \
          INVALID_DATATYPE) X(INVALID_MEMORY_TYPE) X(INVALID_MEMORY_LOCATION) \
          X(INVALID_FENCE_TYPE) X(INVALID_PROPERTY) X(UNSUPPORTED_TAG)        \
              X(UNSUPPORTED_VERSION) X(UNSUPPORTED_OPERATOR)                  \
                  X(UNSUPPORTED_ATTRIBUTE) X(UNSUPPORTED_SHAPE)               \
                      X(UNSUPPORTED_DATATYPE) X(UNSUPPORTED_MEMORY_TYPE)      \
                          X(UNSUPPORTED_FENCE_TYPE) X(UNSUPPORTED_PROPERTY)   \
                              X(UNIDENTIFIED_NAME) X(MISMATCHING_SHAPE)       \
                                  X(MISMATCHING_DATATYPE) X(NO_SYSTEM_MEMORY) \
                                      X(NO_DEVICE_MEMORY)                     \
                                          X(NO_SYSTEM_RESOURCES)              \
                                              X(NO_DEVICE_RESOURCES)          \
                                                  X(BACKEND_UNAVAILABLE)      \
                                                      X(INTERNAL_ERROR)

bool IsKnownStatus(onnxStatus status) {
  switch (status) {
#define ONNXIFI_CASE(name) case ONNXIFI_STATUS_##name:
    ONNXIFI_STATUSES(ONNXIFI_CASE)
#undef ONNXIFI_CASE
    return true;
    default:
      return false;
  }
}

const char* StatusName(onnxStatus status) {
  switch (status) {
#define ONNXIFI_CASE(name)    \
  case ONNXIFI_STATUS_##name: \
    return "ONNXIFI_STATUS_" #name;
    ONNXIFI_STATUSES(ONNXIFI_CASE)
#undef ONNXIFI_CASE
    default:
      return "unknown status";
  }
}

}  // namespace onnxifi::loader
