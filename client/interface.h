#ifndef ONNXIFI_CLIENT_INTERFACE_H_
#define ONNXIFI_CLIENT_INTERFACE_H_

#include <onnxifi/onnxifi_ext.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/status.h"
#include "client/host_value.h"

namespace onnxifi::client {

// Interface 1.1 of one backend: models and runs whose values descriptors of
// 1.0 cannot carry. Cheap to copy; thread-compatible.
class Interface {
 public:
  // Nothing when the backend does not offer it, or nothing in it.
  static std::optional<Interface> Find(onnxBackendID id);

  // "1.1".
  std::string VersionText() const;
  // "checkModel initGraph runValues queryGraph", what is offered.
  std::string FunctionsText() const;
  // What is not offered is NULL.
  const onnxPluginInterface& table() const { return table_; }
  // Whether all is there that a run of a model on values needs.
  bool complete() const;

  // The calls; each needs complete().
  Status CheckModel(std::span<const std::byte> model) const;
  Result<onnxGraph> InitGraph(
      onnxBackend backend, std::span<const std::byte> model,
      std::span<const onnxTensorDescriptorV1> weights = {}) const;
  // Runs and copies the outputs, in model order. Whatever the backend delivers
  // is checked.
  Result<std::vector<HostValue>> RunValues(
      onnxGraph graph, std::span<const HostValue> inputs) const;

 private:
  Interface(onnxBackendID id, const onnxPluginInterface& table)
      : id_(id), table_(table) {}

  onnxBackendID id_;
  onnxPluginInterface table_;  // what an older library lacks is NULL
};

}  // namespace onnxifi::client

#endif  // ONNXIFI_CLIENT_INTERFACE_H_
