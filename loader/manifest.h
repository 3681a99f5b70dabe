#ifndef ONNXIFI_LOADER_MANIFEST_H_
#define ONNXIFI_LOADER_MANIFEST_H_

#include <string>
#include <string_view>

#include "loader/outcome.h"

namespace onnxifi::loader {

// A small JSON file that names one plugin:
//   {"onnxifi_manifest": 1, "name": "cpu", "library": "libonnxifi-cpu.so"}
// Other members are ignored. `library` is absolute, or relative to the
// directory of the manifest; nothing in it is expanded.
struct Manifest {
  std::string name;
  std::string library;  // absolute, not yet canonical
};

// Reads the text of a manifest that lies in `directory`.
Outcome ParseManifest(std::string_view text, const std::string& directory,
                      Manifest* manifest);

// The same for a file; never blocks and reads at most 64 KiB.
Outcome ReadManifest(const std::string& path, Manifest* manifest);

}  // namespace onnxifi::loader

#endif  // ONNXIFI_LOADER_MANIFEST_H_
