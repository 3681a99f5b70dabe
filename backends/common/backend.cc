#include "backends/common/backend.h"

#include "backends/common/host_memory.h"
#include "backends/common/op_kernel.h"

namespace onnxifi {

Result<std::unique_ptr<Backend>> Backend::Open(const NativeHandles&) const {
  return Status(ONNXIFI_STATUS_UNSUPPORTED_PROPERTY,
                "this backend does not work with streams, contexts or queues "
                "of the application");
}

Result<std::vector<NodeSupport>> Backend::Query(
    const graph::Graph& graph) const {
  // Shared: each view would go through the whole graph for its own.
  const GraphFacts facts(graph);
  std::vector<NodeSupport> answers(graph.nodes.size());
  for (size_t i = 0; i < answers.size(); ++i) {
    answers[i].reject = Supports(NodeView(graph, graph.nodes[i], &facts));
  }
  return answers;
}

DeviceMemory* Backend::memory() const { return &HostMemory::Get(); }

}  // namespace onnxifi
