#ifndef ONNXIFI_LOADER_DYNAMIC_LIBRARY_H_
#define ONNXIFI_LOADER_DYNAMIC_LIBRARY_H_

#include <string>

#include "loader/outcome.h"

namespace onnxifi::loader {

// A shared library that stays loaded until the process ends: plugins own
// threads and thread-local data that cannot be taken back safely.
// Thread-compatible; const methods are safe.
class DynamicLibrary {
 public:
  // dlopen with RTLD_NOW | RTLD_LOCAL. `path` is absolute.
  Outcome Open(const std::string& path);

  // The address of an exported function of this library or of one that it
  // depends on, never one of the loader itself: a plugin that links the
  // loader and forgot a function would call back into it for ever. Data
  // symbols are not functions.
  void* FindFunction(const char* name) const;

 private:
  void* handle_ = nullptr;
};

}  // namespace onnxifi::loader

#endif  // ONNXIFI_LOADER_DYNAMIC_LIBRARY_H_
