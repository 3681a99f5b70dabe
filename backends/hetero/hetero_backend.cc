#include "backends/hetero/hetero_backend.h"

#include <string>
#include <utility>

#include "backends/hetero/hetero_graph.h"
#include "partitioner/placer.h"

namespace onnxifi::hetero {
namespace {

// The reason whose status is this one: an answer of another backend, which is
// passed on.
RejectReason ReasonOf(onnxStatus status) {
  switch (status) {
#define ONNXIFI_REASON_OF_TYPE(name, code) \
  case code:                               \
    return RejectReason::name;
    ONNXIFI_REASON_OF_TYPE(kUnknownOperator,
                           ONNXIFI_STATUS_UNSUPPORTED_OPERATOR)
    ONNXIFI_REASON_OF_TYPE(kOpset, ONNXIFI_STATUS_UNSUPPORTED_VERSION)
    ONNXIFI_REASON_OF_TYPE(kDataType, ONNXIFI_STATUS_UNSUPPORTED_DATATYPE)
    ONNXIFI_REASON_OF_TYPE(kShape, ONNXIFI_STATUS_UNSUPPORTED_SHAPE)
    ONNXIFI_REASON_OF_TYPE(kAttribute, ONNXIFI_STATUS_UNSUPPORTED_ATTRIBUTE)
#undef ONNXIFI_REASON_OF_TYPE
    default:
      return RejectReason::kUnknownOperator;
  }
}

NodeSupport Passed(const partitioner::NodeSupport& told) {
  NodeSupport support;
  if (!told.supported) {
    support.reject = Reject(ReasonOf(told.status), told.reason);
  }
  support.emulated = told.emulated;
  support.cost_ns = told.cost_ns;
  return support;
}

}  // namespace

HeteroBackend::HeteroBackend() {
  info_.name = "ONNXIFI hetero";
  info_.vendor = "ONNXIFI project";
  info_.version = ONNXIFI_PROJECT_VERSION;
  info_.device = "all other backends";
  info_.ir_versions = "3 4 5 6 7 8 9 10 11 12 13 14";
  info_.opset_versions = "ai.onnx:28 ai.onnx.ml:5";
  info_.device_type = ONNXIFI_DEVICE_TYPE_HETEROGENEOUS;
  info_.capabilities = ONNXIFI_CAPABILITY_THREAD_SAFE |
                       ONNXIFI_CAPABILITY_SYMBOLIC_BATCH_SIZE |
                       ONNXIFI_CAPABILITY_SYMBOLIC_SIZE_TENSORS;
  info_.max_graph_count = UINT32_MAX;
}

std::vector<OptionInfo> HeteroBackend::options() const {
  return Options::Infos();
}

Reject HeteroBackend::Supports(const NodeView&) const { return {}; }

Result<std::vector<NodeSupport>> HeteroBackend::Query(
    const graph::Graph& graph) const {
  ONNXIFI_ASSIGN_OR_RETURN(const Options options, Options::Make({}));
  ONNXIFI_ASSIGN_OR_RETURN(Devices devices, devices_.Get(options));
  partitioner::Placer placer(std::move(devices), options.placement);
  std::vector<std::string> remarks;
  ONNXIFI_RETURN_IF_ERROR(placer.Ask(graph, &remarks));
  std::vector<NodeSupport> answers;
  for (const partitioner::NodeSupport& told : placer.Joint()) {
    answers.push_back(Passed(told));
  }
  return answers;
}

Result<std::unique_ptr<CompiledGraph>> HeteroBackend::Compile(
    graph::Graph graph, const CompileOptions& wanted) {
  ONNXIFI_ASSIGN_OR_RETURN(const Options options, Options::Make(wanted.values));
  ONNXIFI_ASSIGN_OR_RETURN(Devices devices, devices_.Get(options));
  return HeteroGraph::Create(std::move(graph), std::move(devices), options);
}

Result<std::vector<std::unique_ptr<Backend>>> CreateHeteroBackends() {
  std::vector<std::unique_ptr<Backend>> backends;
  backends.push_back(std::make_unique<HeteroBackend>());
  return backends;
}

}  // namespace onnxifi::hetero
