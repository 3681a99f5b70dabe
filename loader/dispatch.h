#ifndef ONNXIFI_LOADER_DISPATCH_H_
#define ONNXIFI_LOADER_DISPATCH_H_

#include <onnxifi/onnxifi.h>
#include <onnxifi/onnxifi_ext.h>

#include "loader/dynamic_library.h"
#include "loader/outcome.h"

namespace onnxifi::loader {

// One pointer per entry point, made from the list in abi/. After a
// successful Bind every core entry is set; extension entries may be null.
struct DispatchTable {
#define ONNXIFI_FUNCTION(name, since, kind) name##Function name = nullptr;
#include "abi/onnxifi_functions.inc"

  // Looks up every entry; names the first core function that is missing, and
  // refuses libraries of the foxi fork.
  Outcome Bind(const DynamicLibrary& library);
};

// Between the pointer types of extension functions. The detour keeps
// compilers from warning about what the interface demands.
template <typename To, typename From>
To CastFunction(From function) {
  return reinterpret_cast<To>(reinterpret_cast<void*>(function));
}

// Whether a status is one of the 36 codes of the interface.
bool IsKnownStatus(onnxStatus status);

// The same for what runs of interface 1.1 report: two more.
bool IsRunStatus(onnxStatus status);

// "ONNXIFI_STATUS_INVALID_ID", or "unknown status".
const char* StatusName(onnxStatus status);

}  // namespace onnxifi::loader

#endif  // ONNXIFI_LOADER_DISPATCH_H_
