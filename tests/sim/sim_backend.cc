#include "tests/sim/sim_backend.h"

#include <stdlib.h>

#include <string>
#include <unordered_set>
#include <utility>

#include "backends/cpu/cpu_backend.h"
#include "base/log.h"
#include "base/str_cat.h"
#include "tests/sim/claims.h"
#include "tests/sim/sim_graph.h"
#include "tests/sim/wrong_results.h"

namespace onnxifi::sim {
namespace {

// Adds up the constants of a graph and of everything in its nodes, shared ones
// once.
class ConstantBytes {
 public:
  void Add(const graph::Graph& graph) {
    for (const graph::Value& value : graph.values) Add(value.constant);
    for (const graph::Node& node : graph.nodes) {
      for (const graph::Attribute& attribute : node.attributes) {
        Add(attribute.tensor);
        for (const graph::TensorPtr& tensor : attribute.tensors) Add(tensor);
        if (attribute.graph != nullptr) Add(*attribute.graph);
        for (const auto& body : attribute.graphs) Add(*body);
      }
    }
  }
  uint64_t total() const { return total_; }

 private:
  void Add(const graph::TensorPtr& tensor) {
    if (tensor != nullptr && seen_.insert(tensor.get()).second) {
      total_ += tensor->bytes;
    }
  }
  std::unordered_set<const graph::TensorData*> seen_;
  uint64_t total_ = 0;
};

// The node at which compiling fails, or nullptr.
const graph::Node* FailingNode(const Faults& faults,
                               const graph::Graph& graph) {
  if (!faults.compile) return nullptr;
  const Faults::AtCompile& at = *faults.compile;
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const graph::Node& node = graph.nodes[i];
    if ((at.index && *at.index == i) ||
        (!at.node.empty() && at.node == node.name) ||
        (!at.op.empty() && at.op == OperatorName(node))) {
      return &node;
    }
  }
  return nullptr;
}

BackendInfo InfoOf(const DeviceSpec& spec, const BackendInfo& inner) {
  BackendInfo info = inner;
  info.name = spec.name;
  info.vendor = "ONNXIFI simulation";
  info.device = StrCat("simulated ", spec.name);
  info.device_type = spec.device_type;
  info.memory_types = 0;
  info.memory_size = spec.memory_size;
  info.max_graph_size = spec.memory_size;
  info.macs_fp32 = spec.macs_fp32;
  info.macs_fp16 = spec.macs_fp16;
  info.memory_bandwidth = spec.memory_bandwidth;
  info.cpu_read_bandwidth = spec.cpu_read_bandwidth;
  info.cpu_write_bandwidth = spec.cpu_write_bandwidth;
  if (spec.refuse_dynamic_shapes) {
    info.capabilities &= ~uint64_t{ONNXIFI_CAPABILITY_SYMBOLIC_BATCH_SIZE |
                                   ONNXIFI_CAPABILITY_SYMBOLIC_SIZE_TENSORS};
  }
  if (spec.faults.lost_at_run != 0) {
    info.capabilities |= ONNXIFI_CAPABILITY_HOT_PLUGGABLE;
  }
  return info;
}

}  // namespace

SimBackend::SimBackend(DeviceSpec spec, std::shared_ptr<Backend> inner,
                       std::string trace)
    : spec_(std::move(spec)),
      inner_(std::move(inner)),
      state_(std::make_shared<DeviceState>(spec_.name, spec_.faults,
                                           std::move(trace))),
      memory_(spec_.device_memory ? std::make_unique<SimMemory>(spec_, state_)
                                  : nullptr),
      info_(InfoOf(spec_, inner_->info())) {}

Reject SimBackend::Supports(const NodeView& node) const {
  Reject reject = Refusal(spec_, node);
  return reject.supported() ? inner_->Supports(node) : reject;
}

Result<std::vector<NodeSupport>> SimBackend::Query(
    const graph::Graph& graph) const {
  if (state_->lost()) return state_->LostStatus();
  ONNXIFI_ASSIGN_OR_RETURN(std::vector<NodeSupport> nodes,
                           Backend::Query(graph));
  Describe(spec_, graph, &nodes);
  return nodes;
}

Result<std::unique_ptr<CompiledGraph>> SimBackend::Compile(
    graph::Graph graph, const CompileOptions& options) {
  if (state_->lost()) return state_->LostStatus();
  if (const graph::Node* node = FailingNode(spec_.faults, graph)) {
    const onnxStatus status = spec_.faults.compile->status;
    if (status == ONNXIFI_STATUS_BACKEND_UNAVAILABLE) state_->Lose();
    return Status(status, StrCat("node '", node->name, "' (", node->op_type,
                                 "): device '", spec_.name,
                                 "' fails here, as its machine's file "
                                 "demands"));
  }
  ConstantBytes constants;
  constants.Add(graph);
  ONNXIFI_ASSIGN_OR_RETURN(DeviceState::Memory memory,
                           DeviceState::Take(state_, constants.total()));
  SimGraphFacts facts(spec_, graph);
  ONNXIFI_RETURN_IF_ERROR(MakeResultsWrong(spec_.faults, &graph));
  ONNXIFI_ASSIGN_OR_RETURN(std::unique_ptr<CompiledGraph> inner,
                           inner_->Compile(std::move(graph), options));
  return std::unique_ptr<CompiledGraph>(std::make_unique<SimGraph>(
      std::move(inner), std::move(facts), state_, std::move(memory)));
}

Result<std::vector<std::unique_ptr<Backend>>> CreateSimBackends() {
  std::vector<std::unique_ptr<Backend>> backends;
  const char* path = secure_getenv(kSimFileVariable);
  if (path == nullptr || *path == '\0') return backends;
  Result<std::vector<DeviceSpec>> devices = LoadMachine(path);
  if (!devices.ok()) {
    Log(LogLevel::kError, "no simulated devices: ", devices.status().message());
    return backends;
  }
  ONNXIFI_ASSIGN_OR_RETURN(std::vector<std::unique_ptr<Backend>> cpus,
                           cpu::CreateCpuBackends());
  if (cpus.empty()) {
    return Status(ONNXIFI_STATUS_INTERNAL_ERROR,
                  "the CPU backend, which simulated devices need, has no "
                  "device");
  }
  const std::shared_ptr<Backend> cpu = std::move(cpus.front());
  const char* trace = secure_getenv(kSimTraceVariable);
  for (DeviceSpec& spec : *devices) {
    backends.push_back(std::make_unique<SimBackend>(
        std::move(spec), cpu, trace == nullptr ? "" : trace));
  }
  return backends;
}

}  // namespace onnxifi::sim
