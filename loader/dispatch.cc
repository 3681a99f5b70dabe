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

bool IsKnownStatus(onnxStatus status) {
  switch (status) {
#define ONNXIFI_STATUS_CODE(name, value) case value:
#include "abi/onnxifi_status.inc"
    return true;
    default:
      return false;
  }
}

bool IsRunStatus(onnxStatus status) {
  switch (status) {
#define ONNXIFI_STATUS_CODE(name, value) case value:
#include "abi/onnxifi_run_status.inc"
    return true;
    default:
      return IsKnownStatus(status);
  }
}

const char* StatusName(onnxStatus status) {
  switch (status) {
#define ONNXIFI_STATUS_CODE(name, value) \
  case value:                            \
    return "ONNXIFI_STATUS_" #name;
#include "abi/onnxifi_status.inc"
#define ONNXIFI_STATUS_CODE(name, value) \
  case value:                            \
    return "ONNXIFI_STATUS_" #name;
#include "abi/onnxifi_run_status.inc"
    default:
      return "unknown status";
  }
}

}  // namespace onnxifi::loader
