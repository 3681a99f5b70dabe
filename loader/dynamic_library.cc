#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "loader/dynamic_library.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>

namespace onnxifi::loader {

namespace {

const void* OwnBase() {
  static const char anchor = 0;
  Dl_info info;
  return dladdr(&anchor, &info) == 0 ? nullptr : info.dli_fbase;
}

}  // namespace

Outcome DynamicLibrary::Open(const std::string& path) {
  dlerror();
  // A constructor that throws must not take the host down.
  try {
    handle_ = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  } catch (...) {
    return {Reason::kOpenFailed, "its constructor throws an exception"};
  }
  if (handle_ == nullptr) {
    const char* error = dlerror();
    return {Reason::kOpenFailed, error == nullptr ? "cannot load" : error};
  }
  return {};
}

void* DynamicLibrary::FindFunction(const char* name) const {
  void* address = dlsym(handle_, name);
  if (address == nullptr) return nullptr;
  Dl_info info;
  void* symbol = nullptr;
  if (dladdr1(address, &info, &symbol, RTLD_DL_SYMENT) == 0) return nullptr;
  if (info.dli_fbase == OwnBase()) return nullptr;
  // An indirect function resolves to a symbol without an entry: accepted.
  if (symbol != nullptr) {
    const auto* entry = static_cast<const ElfW(Sym)*>(symbol);
    if (ELF64_ST_TYPE(entry->st_info) == STT_OBJECT) return nullptr;
  }
  return address;
}

}  // namespace onnxifi::loader
