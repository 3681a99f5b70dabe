#ifndef ONNXIFI_BACKENDS_COMMON_EXPORTED_GRAPH_H_
#define ONNXIFI_BACKENDS_COMMON_EXPORTED_GRAPH_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>

#include "backends/common/backend.h"
#include "base/status.h"

namespace onnxifi::abi {

// The option of initGraph that makes a graph one that can be exported; known to
// every backend on the glue.
inline constexpr const char kExportable[] = "exportable";

// A compiled graph as bytes: who made it, the options it was made with, what
// the backend wants to find again, and the model as it was compiled: checked,
// functions inlined, gradients expanded, weights in it. A checksum finds
// damage; against malice the model is checked as any other when it comes back.
struct ExportedGraph {
  std::string plugin;  // name and version of the backend
  std::string device;  // what the compiled form depends on
  std::map<std::string, std::string> options;
  std::string model;

  std::string Serialize() const;
  // INVALID_MODEL for bytes that are none, or are damaged.
  static Result<ExportedGraph> Parse(std::span<const std::byte> bytes);

  // One of ONNXIFI_EXPORTED_* for this backend.
  uint32_t VerdictOf(const Backend& backend) const;
};

// What `plugin` and `device` are for a backend.
std::string PluginOf(const Backend& backend);
std::string DeviceOf(const Backend& backend);

}  // namespace onnxifi::abi

#endif  // ONNXIFI_BACKENDS_COMMON_EXPORTED_GRAPH_H_
