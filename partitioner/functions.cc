#include "partitioner/functions.h"

#include <dlfcn.h>

#include <mutex>
#include <vector>

#include "base/str_cat.h"

namespace onnxifi::partitioner {
namespace {

constexpr const char* kLoaderName = "libonnxifi.so.1";

void* OpenLoader(const std::string& beside) {
  void* handle = dlopen(kLoaderName, RTLD_NOW | RTLD_LOCAL | RTLD_NOLOAD);
  if (handle == nullptr && !beside.empty()) {
    handle =
        dlopen(StrCat(beside, "/", kLoaderName).c_str(), RTLD_NOW | RTLD_LOCAL);
  }
  if (handle == nullptr) handle = dlopen(kLoaderName, RTLD_NOW | RTLD_LOCAL);
  return handle;
}

const char* StatusName(onnxStatus code) {
  switch (code) {
#define ONNXIFI_STATUS_CODE(name, value) \
  case value:                            \
    return #name;
#include "abi/onnxifi_status.inc"
#define ONNXIFI_STATUS_CODE(name, value) \
  case value:                            \
    return #name;
#include "abi/onnxifi_run_status.inc"
    default:
      return "unknown status";
  }
}

template <typename Function>
void Find(void* handle, const char* name, Function* function) {
  *function = reinterpret_cast<Function>(dlsym(handle, name));
}

bool Bind(void* handle, Functions* functions) {
#define ONNXIFI_FUNCTION(name, since, kind) \
  Find(handle, #name, &functions->name);    \
  if (functions->name == nullptr) return false;
#include "abi/onnxifi_functions.inc"
  Find(handle, "onnxifiGetLastError", &functions->last_error);
  return true;
}

}  // namespace

Status Functions::Check(onnxStatus code) const {
  if (code == ONNXIFI_STATUS_SUCCESS || code == ONNXIFI_STATUS_FALLBACK) {
    return Status::Ok();
  }
  std::vector<char> text(4096);
  size_t size = text.size();
  if (last_error != nullptr &&
      last_error(text.data(), &size) == ONNXIFI_STATUS_SUCCESS && size > 1 &&
      size <= text.size()) {
    return Status(code, std::string(text.data(), size - 1));
  }
  return Status(code, StatusName(code));
}

Result<const Functions*> FindLoader(const std::string& beside) {
  static std::mutex mutex;
  static Functions functions;
  static bool found = false;
  const std::lock_guard<std::mutex> lock(mutex);
  if (found) return &functions;
  void* handle = OpenLoader(beside);
  if (handle == nullptr) {
    return Status(ONNXIFI_STATUS_BACKEND_UNAVAILABLE,
                  StrCat("no ", kLoaderName, " is loaded, in '", beside,
                         "' or on the library path: install it, or add its "
                         "directory to LD_LIBRARY_PATH"));
  }
  if (!Bind(handle, &functions)) {
    return Status(ONNXIFI_STATUS_BACKEND_UNAVAILABLE,
                  StrCat("the ", kLoaderName,
                         " of this process lacks functions of interface 1.0: "
                         "it is not this project's"));
  }
  found = true;
  return &functions;
}

}  // namespace onnxifi::partitioner
