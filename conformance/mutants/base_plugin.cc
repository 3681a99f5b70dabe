#include "conformance/mutants/base_plugin.h"

#include <dlfcn.h>
#include <stdlib.h>

#include "base/str_cat.h"

namespace onnxifi::mutants {

std::string OwnPath() {
  Dl_info info = {};
  if (dladdr(reinterpret_cast<const void*>(&OwnPath), &info) == 0 ||
      info.dli_fname == nullptr) {
    return "";
  }
  return info.dli_fname;
}

Result<BasePlugin> BasePlugin::Load() {
  std::string path;
  if (const char* named = secure_getenv("ONNXIFI_MUTANT_BASE")) {
    path = named;
  } else {
    path = OwnPath();
    path.resize(path.rfind('/') == std::string::npos ? 0 : path.rfind('/'));
    path += ONNXIFI_MUTANT_RELATIVE_BASE;
  }
  void* const library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    return Status(ONNXIFI_STATUS_INTERNAL_ERROR,
                  StrCat("no plugin to make a mutant of: ", dlerror()));
  }
  BasePlugin base;
#define ONNXIFI_FUNCTION(name, since, kind)                            \
  base.name = reinterpret_cast<name##Function>(dlsym(library, #name)); \
  if (base.name == nullptr) {                                          \
    return Status(ONNXIFI_STATUS_INTERNAL_ERROR,                       \
                  StrCat("'", path, "' has no function " #name));      \
  }
#include "abi/onnxifi_functions.inc"
  return base;
}

}  // namespace onnxifi::mutants
