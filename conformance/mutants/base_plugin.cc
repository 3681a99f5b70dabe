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

namespace {

std::string BasePath() {
  if (const char* named = secure_getenv("ONNXIFI_MUTANT_BASE")) return named;
  std::string path = OwnPath();
  path.resize(path.rfind('/') == std::string::npos ? 0 : path.rfind('/'));
  return path + ONNXIFI_MUTANT_RELATIVE_BASE;
}

void* OpenBase() { return dlopen(BasePath().c_str(), RTLD_NOW | RTLD_LOCAL); }

// With the mutant's own file, as a plugin has what it needs: libraries that are
// loaded in the middle of the first call end the process when they find no
// memory.
[[maybe_unused]] void* const g_opened_early = OpenBase();

}  // namespace

Result<BasePlugin> BasePlugin::Load() {
  void* const library = OpenBase();
  if (library == nullptr) {
    return Status(ONNXIFI_STATUS_INTERNAL_ERROR,
                  StrCat("no plugin to make a mutant of: ", dlerror()));
  }
  BasePlugin base;
#define ONNXIFI_FUNCTION(name, since, kind)                             \
  base.name = reinterpret_cast<name##Function>(dlsym(library, #name));  \
  if (base.name == nullptr) {                                           \
    return Status(ONNXIFI_STATUS_INTERNAL_ERROR,                        \
                  StrCat("'", BasePath(), "' has no function " #name)); \
  }
#include "abi/onnxifi_functions.inc"
  return base;
}

}  // namespace onnxifi::mutants
