#ifndef ONNXIFI_CONFORMANCE_MUTANTS_BASE_PLUGIN_H_
#define ONNXIFI_CONFORMANCE_MUTANTS_BASE_PLUGIN_H_

#include <onnxifi/onnxifi_ext.h>

#include <string>

#include "base/status.h"

namespace onnxifi::mutants {

// The plugin that a mutant is made of: its functions, all of them there.
struct BasePlugin {
#define ONNXIFI_FUNCTION(name, since, kind) name##Function name = nullptr;
#include "abi/onnxifi_functions.inc"

  // Loads the plugin that the environment names (ONNXIFI_MUTANT_BASE), else
  // libonnxifi-cpu.so beside the mutants' directory. It stays loaded.
  static Result<BasePlugin> Load();
};

// The file that this code lies in, as it was opened.
std::string OwnPath();

}  // namespace onnxifi::mutants

#endif  // ONNXIFI_CONFORMANCE_MUTANTS_BASE_PLUGIN_H_
