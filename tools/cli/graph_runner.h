#ifndef ONNXIFI_TOOLS_CLI_GRAPH_RUNNER_H_
#define ONNXIFI_TOOLS_CLI_GRAPH_RUNNER_H_

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/status.h"
#include "client/client.h"
#include "client/host_value.h"
#include "client/interface.h"
#include "graph/graph.h"

namespace onnxifi::client {

// Runs graphs on one backend, each once: parts of models. Single-threaded.
class GraphRunner {
 public:
  // The ID must outlive the runner.
  static Result<GraphRunner> Open(onnxBackendID id);

  const std::string& name() const { return name_; }
  // Interface 1.1: every kind of value, and shapes that only the run tells.
  bool carries_values() const { return interface_.has_value(); }

  // The values of graph.outputs for those of graph.inputs; large constants are
  // not copied. A failure names the backend.
  Result<std::vector<HostValue>> Run(const graph::Graph& graph,
                                     std::span<const HostValue> inputs) const;

 private:
  GraphRunner(std::string name, Backend backend,
              std::optional<Interface> interface)
      : name_(std::move(name)),
        backend_(std::move(backend)),
        interface_(std::move(interface)) {}
  Result<std::vector<HostValue>> RunModel(
      const graph::Graph& graph, std::span<const HostValue> inputs) const;

  std::string name_;
  Backend backend_;
  std::optional<Interface> interface_;
};

// A tensor of the graph's that owns a copy of the elements.
Result<graph::TensorPtr> ToGraphTensor(const HostTensor& tensor);

}  // namespace onnxifi::client

#endif  // ONNXIFI_TOOLS_CLI_GRAPH_RUNNER_H_
