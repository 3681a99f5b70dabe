// Extension functions: the lookup by name and the text of the last error.
#include <string_view>

#include "backends/common/abi_api.h"
#include "backends/common/abi_arguments.h"
#include "backends/common/abi_guard.h"
#include "backends/common/last_error.h"
#include "base/str_cat.h"

namespace onnxifi::abi {
namespace {

struct Extension {
  std::string_view name;
  onnxExtensionFunctionPointer function;
};

template <typename Function>
onnxExtensionFunctionPointer Erase(Function* function) {
  // By way of the type that compilers take as "any function".
  return reinterpret_cast<onnxExtensionFunctionPointer>(
      reinterpret_cast<void (*)()>(function));
}

// nullptr: not known. Clients of 1.0 ask for the function's name or for the
// name of its pointer type.
onnxExtensionFunctionPointer FindExtension(std::string_view name) {
  const Extension kExtensions[] = {
      {"onnxGetExtensionFunctionAddress", Erase(&GetExtensionFunctionAddress)},
      {"onnxGetExtensionFunctionAddressFunction",
       Erase(&GetExtensionFunctionAddress)},
      {"onnxSetIOAndRunGraph", Erase(&SetIOAndRunGraph)},
      {"onnxSetIOAndRunGraphFunction", Erase(&SetIOAndRunGraph)},
      {ONNXIFI_GET_LAST_ERROR_FUNCTION_NAME, Erase(&GetLastError)},
      {"onnxGetInterface", Erase(&GetInterface)},
      {ONNXIFI_GET_INTERFACE_FUNCTION_NAME, Erase(&GetInterface)},
  };
  for (const Extension& extension : kExtensions) {
    if (extension.name == name) return extension.function;
  }
  return nullptr;
}

}  // namespace

onnxStatus GetExtensionFunctionAddress(onnxBackendID id, const char* name,
                                       onnxExtensionFunctionPointer* function) {
  return Guard([&]() -> Status {
    if (function == nullptr) return NullPointer("function");
    *function = nullptr;
    if (Library::Get().FindId(id) == nullptr) return DeadId();
    if (name == nullptr) return NullPointer("name");
    *function = FindExtension(name);
    if (*function != nullptr) return Status::Ok();
    return Status(ONNXIFI_STATUS_UNIDENTIFIED_NAME,
                  StrCat("no extension function is called '", name, "'"));
  });
}

onnxStatus WhyNoBackends(char* text, size_t* size) {
  return CopyText(Library::Get().no_backends_reason(), text, size);
}

onnxStatus GetLastError(char* text, size_t* size) {
  return CopyLastError(text, size);
}

}  // namespace onnxifi::abi
