#ifndef ONNXIFI_CONFORMANCE_HARNESS_PLUGIN_H_
#define ONNXIFI_CONFORMANCE_HARNESS_PLUGIN_H_

#include <onnxifi/onnxifi_ext.h>

#include <optional>
#include <string>
#include <vector>

#include "base/status.h"

namespace onnxifi::conformance {

// The functions of one plugin, opened without the loader: what the suite sees
// is what the plugin does, not what the loader makes of it. Never unloaded.
// Immutable after Open.
class Plugin {
 public:
  static Result<Plugin> Open(const std::string& path);

#define ONNXIFI_FUNCTION(fn, since, kind) fn##Function fn = nullptr;
#include "abi/onnxifi_functions.inc"

  // Names of core functions that the file does not export.
  const std::vector<std::string>& missing() const { return missing_; }
  const std::string& path() const { return path_; }
  void* library() const { return library_; }

  // Looked up by name as a client does it: for a backend, or for all (NULL).
  // Nothing when the plugin does not have it.
  template <typename FunctionType>
  FunctionType Extension(onnxBackendID id, const char* name) const {
    return reinterpret_cast<FunctionType>(FindExtension(id, name));
  }
  // The table of interface 1.1, or nothing. Members that the plugin's table
  // does not reach are NULL.
  std::optional<onnxPluginInterface> Interface(onnxBackendID id) const;
  // The plugin's text about the last failure on this thread; empty without the
  // extension.
  std::string LastError(onnxBackendID id) const;

 private:
  void* FindExtension(onnxBackendID id, const char* name) const;

  std::string path_;
  void* library_ = nullptr;
  std::vector<std::string> missing_;
};

}  // namespace onnxifi::conformance

#endif  // ONNXIFI_CONFORMANCE_HARNESS_PLUGIN_H_
