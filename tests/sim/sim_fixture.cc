#include "tests/sim/sim_fixture.h"

#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <utility>

#include "base/str_cat.h"

namespace onnxifi::sim {

using client::HostTensor;
using client::HostValue;
using wire::ModelBuilder;

namespace {

constexpr char kMachine[] = R"({"devices": [
  {"name": "sim plain", "operators": "all"},
  {"name": "sim info", "operators": ["Relu"], "device_type": "gpu",
   "macs_fp32": 11, "macs_fp16": 12, "memory_bandwidth": 13,
   "cpu_read_bandwidth": 14, "cpu_write_bandwidth": 15, "memory_size": 16},
  {"name": "sim no exp", "operators": "all", "except": ["Exp"]},
  {"name": "sim picky", "operators": ["Relu", "Cast", "Reshape"],
   "data_types": ["float32"], "max_rank": 3, "refuse_dynamic_shapes": true,
   "host_inputs": {"Reshape": [1]}},
  {"name": "sim told", "operators": "all", "except": ["Sqrt"],
   "cost_ns": {"Relu": 700}, "cost_per_element_ps": 1500,
   "emulated": ["Exp"], "host_inputs": {"Reshape": [1], "Relu": [5, 63]},
   "groups": [["Relu", "Exp", "Sqrt"], ["Exp", "Neg"]]},
  {"name": "sim at node", "operators": "all", "faults":
   {"compile_fails_at": {"node": "node1", "status": "NO_DEVICE_RESOURCES"}}},
  {"name": "sim at operator", "operators": "all", "faults":
   {"compile_fails_at": {"operator": "Exp", "status": "UNSUPPORTED_SHAPE"}}},
  {"name": "sim at index", "operators": "all", "faults":
   {"compile_fails_at": {"index": 2}}},
  {"name": "sim gone at compile", "operators": "all", "faults":
   {"compile_fails_at": {"operator": "Exp", "status": "BACKEND_UNAVAILABLE"}}},
  {"name": "sim small", "operators": "all", "faults":
   {"out_of_memory_above": 40}},
  {"name": "sim lost", "operators": "all", "faults": {"lost_at_run": 3}},
  {"name": "sim lost values", "operators": "all", "faults": {"lost_at_run": 2}},
  {"name": "sim lost threads", "operators": "all", "faults":
   {"lost_at_run": 200}},
  {"name": "sim short", "operators": "all", "faults":
   {"out_of_memory_at_run": 2}},
  {"name": "sim short values", "operators": "all", "faults":
   {"out_of_memory_at_run": 2}},
  {"name": "sim short buffers", "operators": "all", "faults":
   {"out_of_memory_at_run": 2}},
  {"name": "sim fails", "operators": "all", "faults": {"fails_at_run": 2}},
  {"name": "sim wrong", "operators": "all", "faults": {"wrong_at_run": 2}},
  {"name": "sim wrong values", "operators": "all", "faults":
   {"wrong_at_run": 2}},
  {"name": "sim wrong strings", "operators": "all", "faults":
   {"wrong_at_run": 1}},
  {"name": "sim wrong node", "operators": "all", "faults":
   {"wrong_results": [{"node": "node1", "add": 0.5}]}},
  {"name": "sim wrong operator", "operators": "all", "faults":
   {"wrong_results": [{"operator": "Neg", "with": "node2", "add": -2}]}},
  {"name": "sim wrong bool", "operators": "all", "faults":
   {"wrong_results": [{"operator": "IsNaN", "add": 1}]}},
  {"name": "sim hang", "operators": "all", "faults":
   {"hang_ms_at_run": {"run": 2, "ms": 80}}},
  {"name": "sim slow", "operators": "all", "real_time": true,
   "launch_us": 5000, "cpu_read_bandwidth": 10000,
   "cpu_write_bandwidth": 20000, "cost_ns": {"Relu": 2000000},
   "slow_down": {"Relu": 3}},
  {"name": "sim slow values", "operators": "all", "real_time": true,
   "launch_us": 5000, "cpu_read_bandwidth": 10000,
   "cpu_write_bandwidth": 10000},
  {"name": "sim hurried", "operators": "all", "launch_us": 50000000}
]})";

// Runs before main, because the loader reads the environment once.
const bool g_environment = [] {
  const std::string path =
      StrCat(testing::TempDir(), "sim_test.", getpid(), ".json");
  std::ofstream(path) << kMachine;
  setenv("ONNXIFI_SIM_FILE", path.c_str(), 1);
  setenv("ONNXIFI_PLUGIN_FILES", ONNXIFI_CPU_PLUGIN ":" ONNXIFI_SIM_PLUGIN, 1);
  setenv("ONNXIFI_PROBE", "0", 1);
  return true;
}();

class RemoveMachine : public testing::Environment {
 public:
  void TearDown() override { unlink(getenv("ONNXIFI_SIM_FILE")); }
};
const testing::Environment* const g_remove =
    testing::AddGlobalTestEnvironment(new RemoveMachine);

onnxStatus Collect(void* context, uint32_t count,
                   const onnxNodeSupport* nodes) {
  auto* answers = static_cast<std::vector<Answer>*>(context);
  const auto* at = reinterpret_cast<const char*>(nodes);
  for (uint32_t i = 0; i < count; ++i) {
    const auto* node = reinterpret_cast<const onnxNodeSupport*>(at);
    answers->push_back({node->support, node->status, node->group,
                        node->reason == nullptr ? "" : node->reason,
                        node->hostInputs, node->costNs, node->workspaceBytes});
    at += node->structSize;
  }
  return ONNXIFI_STATUS_SUCCESS;
}

}  // namespace

const std::vector<float> SimTest::kInput = {-1.5f, 2, 0.25f, -0.125f, 3, 0};

std::span<const std::byte> Bytes(const std::string& text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

HostValue Zeros(const std::string& name, graph::DataType type,
                const graph::Shape& dims) {
  Result<HostTensor> tensor = HostTensor::Make(name, type, dims);
  EXPECT_TRUE(tensor.ok()) << tensor.status().message();
  return tensor.ok() ? HostValue(std::move(*tensor)) : HostValue();
}

HostValue Floats(const std::string& name, const graph::Shape& dims,
                 const std::vector<float>& values) {
  HostValue value = Zeros(name, graph::DataType::kFloat, dims);
  EXPECT_EQ(value.tensor.bytes().size(), values.size() * sizeof(float));
  std::memcpy(value.tensor.bytes().data(), values.data(),
              value.tensor.bytes().size());
  return value;
}

std::vector<float> FloatsOf(const HostValue& value) {
  const auto* data =
      reinterpret_cast<const float*>(value.tensor.bytes().data());
  return {data, data + value.tensor.bytes().size() / sizeof(float)};
}

std::string UnaryModel(const std::vector<std::string>& ops,
                       const wire::Dims& dims) {
  ModelBuilder model;
  model.Input("x", wire::kFloat, dims);
  model.Output("y", wire::kFloat, dims);
  for (size_t i = 0; i < ops.size(); ++i) {
    model.Node(ops[i], {i == 0 ? "x" : StrCat("t", i)},
               {i + 1 == ops.size() ? "y" : StrCat("t", i + 1)}, {}, "",
               StrCat("node", i));
  }
  return model.Build();
}

std::string WeightModel() {
  return ModelBuilder()
      .Input("x", wire::kFloat, {2, 3})
      .Output("y", wire::kFloat, {2, 3})
      .Initializer(
          wire::TensorOf<float>("w", wire::kFloat, {2, 3}, {1, 2, 3, 4, 5, 6}))
      .Node("Add", {"x", "w"}, {"y"})
      .Build();
}

std::string NonZeroModel() {
  return ModelBuilder()
      .Input("x", wire::kFloat, {4})
      .Output("y", wire::kInt64, {1, "found"})
      .Node("NonZero", {"x"}, {"y"})
      .Build();
}

BoundGraph::BoundGraph(const client::Backend& backend, const std::string& model,
                       std::vector<HostValue> inputs,
                       std::vector<HostValue> outputs)
    : inputs_(std::move(inputs)), outputs_(std::move(outputs)) {
  Result<client::CompiledGraph> graph =
      client::CompiledGraph::Compile(backend, Bytes(model));
  status_ = graph.status();
  if (!status_.ok()) return;
  graph_ = std::move(*graph);
  status_ = graph_->Bind(inputs_, outputs_);
}

Status BoundGraph::Run() { return status_.ok() ? graph_->Run() : status_; }

void SimTest::SetUp() {
  Result<client::BackendList> list = client::BackendList::Open();
  ASSERT_TRUE(list.ok()) << list.status().message();
  list_ = std::move(*list);
}

onnxBackendID SimTest::Id(const std::string& name) const {
  for (const onnxBackendID id : list_->ids()) {
    if (client::InfoText(id, ONNXIFI_BACKEND_NAME) == name) return id;
  }
  ADD_FAILURE() << "no backend '" << name << "'";
  return nullptr;
}

client::Backend SimTest::Open(const std::string& name) const {
  Result<client::Backend> backend = client::InitBackend(Id(name));
  EXPECT_TRUE(backend.ok()) << backend.status().message();
  return backend.ok() ? std::move(*backend) : client::Backend();
}

client::Interface SimTest::InterfaceOf(const std::string& name) const {
  return client::Interface::Find(Id(name)).value();
}

BoundGraph SimTest::Unary(const client::Backend& backend,
                          const std::vector<std::string>& ops) {
  std::vector<HostValue> inputs;
  std::vector<HostValue> outputs;
  inputs.push_back(Floats("x", {2, 3}, kInput));
  outputs.push_back(Zeros("y", graph::DataType::kFloat, {2, 3}));
  return BoundGraph(backend, UnaryModel(ops), std::move(inputs),
                    std::move(outputs));
}

std::vector<float> SimTest::Expected(
    const std::vector<std::string>& ops) const {
  const client::Backend cpu = Open(kCpu);
  BoundGraph graph = Unary(cpu, ops);
  const Status status = graph.Run();
  EXPECT_TRUE(status.ok()) << status.message();
  return graph.floats();
}

onnxStatus SimTest::Check(const std::string& name,
                          const std::string& model) const {
  return onnxGetBackendCompatibility(Id(name), model.size(), model.data());
}

onnxStatus SimTest::Query(const std::string& name, const std::string& model,
                          std::vector<Answer>* answers) const {
  const onnxBackendID id = Id(name);
  onnxExtensionFunctionPointer found = nullptr;
  EXPECT_EQ(onnxGetExtensionFunctionAddress(
                id, ONNXIFI_GET_INTERFACE_FUNCTION_NAME, &found),
            ONNXIFI_STATUS_SUCCESS);
  onnxHostInterface host = {};
  host.structSize = sizeof(host);
  host.minVersion = ONNXIFI_INTERFACE_VERSION_1_1;
  host.maxVersion = ONNXIFI_INTERFACE_VERSION_1_1;
  const onnxPluginInterface* table = nullptr;
  const auto get = reinterpret_cast<onnxGetInterfaceFunction>(
      reinterpret_cast<void*>(found));
  EXPECT_EQ(get(id, &host, &table), ONNXIFI_STATUS_SUCCESS);
  if (table == nullptr) return ONNXIFI_STATUS_INTERNAL_ERROR;
  onnxQueryGraphArguments arguments = {};
  arguments.structSize = sizeof(arguments);
  arguments.backendID = id;
  arguments.onnxModel = model.data();
  arguments.onnxModelSize = model.size();
  arguments.receive = &Collect;
  arguments.receiveContext = answers;
  return table->queryGraph(&arguments);
}

}  // namespace onnxifi::sim
