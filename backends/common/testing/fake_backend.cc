#include "backends/common/testing/fake_backend.h"

#include <chrono>
#include <cstring>
#include <mutex>
#include <new>
#include <string>
#include <thread>
#include <utility>

#include "backends/common/failed_node.h"
#include "backends/common/op_kernel.h"
#include "backends/common/run_control.h"
#include "backends/common/testing/fake_values.h"
#include "base/futex.h"
#include "base/str_cat.h"

namespace onnxifi::testing {
namespace {

using graph::DataType;
using graph::Shape;

std::mutex g_option_mutex;

std::string& Option() {
  static auto* const option = new std::string;
  return *option;
}

void SetFakeOption(const std::string& value) {
  const std::lock_guard<std::mutex> lock(g_option_mutex);
  Option() = value;
}

// Values of one run, by value id; unaligned client memory is copied in.
using Memory = std::vector<std::vector<char>>;

void RunNode(const graph::Node& node, Memory& memory) {
  const auto in = [&](size_t i) -> std::vector<char>& {
    return memory[static_cast<size_t>(node.inputs[i])];
  };
  std::vector<char> out = in(0);
  const size_t count = out.size() / sizeof(float);
  for (size_t i = 0; i < count && node.op_type == "Add"; ++i) {
    float a = 0;
    float b = 0;
    std::memcpy(&a, in(0).data() + i * sizeof(a), sizeof(a));
    std::memcpy(&b, in(1).data() + i * sizeof(b), sizeof(b));
    a += b;
    std::memcpy(out.data() + i * sizeof(a), &a, sizeof(a));
  }
  for (size_t i = 0; i < count && node.op_type == "Cast"; ++i) {
    float a = 0;
    std::memcpy(&a, in(0).data() + i * sizeof(a), sizeof(a));
    const auto b = static_cast<int32_t>(a);
    std::memcpy(out.data() + i * sizeof(b), &b, sizeof(b));
  }
  if (node.op_type == "Not") {
    for (char& c : out) c = c == 0 ? 1 : 0;
  }
  memory[static_cast<size_t>(node.outputs[0])] = std::move(out);
}

class FakeExecutable : public Executable {
 public:
  FakeExecutable(std::shared_ptr<const graph::Graph> graph,
                 std::vector<Shape> shapes, std::vector<size_t> input_bytes)
      : graph_(std::move(graph)),
        shapes_(std::move(shapes)),
        input_bytes_(std::move(input_bytes)) {}

  const std::vector<Shape>& output_shapes() const override { return shapes_; }
  int64_t workspace_bytes() const override { return 100; }

  onnxStatus Run(std::span<const void* const> inputs,
                 std::span<void* const> outputs) override {
    const FakeRun run(running_);
    const onnxStatus status = Fake().run_status;
    if (Fake().throw_in_run) throw 42;
    if (Fake().no_memory_in_run) throw std::bad_alloc();
    RunControl* const control = RunControl::Current();
    if (control != nullptr && control->StopCode() != ONNXIFI_STATUS_SUCCESS) {
      return control->StopCode();
    }
    if (status == ONNXIFI_STATUS_SUCCESS) {
      Compute(inputs, outputs);
    } else if (Fake().tell_node) {
      NoteRunFailure(
          FailureAt(Status(status, "told to fail"), graph_->nodes[0]));
    }
    return status;
  }

 private:
  void Compute(std::span<const void* const> inputs,
               std::span<void* const> outputs) const {
    Memory memory(graph_->values.size());
    for (size_t i = 0; i < memory.size(); ++i) {
      if (const graph::TensorPtr& constant = graph_->values[i].constant) {
        const auto* data = static_cast<const char*>(constant->data);
        memory[i].assign(data, data + constant->bytes);
      }
    }
    for (size_t i = 0; i < inputs.size(); ++i) {
      const auto* data = static_cast<const char*>(inputs[i]);
      memory[static_cast<size_t>(graph_->inputs[i])].assign(
          data, data + input_bytes_[i]);
    }
    RunControl* const control = RunControl::Current();
    for (const graph::Node& node : graph_->nodes) {
      const int64_t start = NowNs();
      RunNode(node, memory);
      if (control != nullptr && control->profiled) {
        control->AddNode(node.name, OperatorName(node), start);
      }
    }
    for (size_t i = 0; i < outputs.size(); ++i) {
      const std::vector<char>& value =
          memory[static_cast<size_t>(graph_->outputs[i])];
      if (!value.empty()) std::memcpy(outputs[i], value.data(), value.size());
    }
  }

  const std::shared_ptr<const graph::Graph> graph_;
  const std::vector<Shape> shapes_;
  const std::vector<size_t> input_bytes_;
  std::atomic<bool> running_{false};
};

class FakeGraph : public CompiledGraph {
 public:
  explicit FakeGraph(graph::Graph graph)
      : graph_(std::make_shared<const graph::Graph>(std::move(graph))) {}

  bool concurrent() const override { return Fake().concurrent; }
  int64_t weight_bytes() const override { return 7; }

  // All operators keep the shape of their first input.
  Result<std::unique_ptr<Executable>> Specialize(
      const std::vector<Shape>& input_shapes) override {
    ++Fake().specialized;
    std::vector<Shape> shapes(graph_->values.size());
    for (size_t i = 0; i < shapes.size(); ++i) {
      if (graph_->values[i].constant != nullptr) {
        shapes[i] = graph_->values[i].constant->dims;
      }
    }
    std::vector<size_t> input_bytes;
    for (size_t i = 0; i < graph_->inputs.size(); ++i) {
      const graph::ValueId id = graph_->inputs[i];
      shapes[static_cast<size_t>(id)] = input_shapes[i];
      ONNXIFI_ASSIGN_OR_RETURN(
          const size_t bytes,
          graph::ByteSize(graph_->value(id).type, input_shapes[i]));
      input_bytes.push_back(bytes);
    }
    for (const graph::Node& node : graph_->nodes) {
      const Shape& first = shapes[static_cast<size_t>(node.inputs[0])];
      for (const graph::ValueId id : node.inputs) {
        if (shapes[static_cast<size_t>(id)] != first) {
          return Status(ONNXIFI_STATUS_MISMATCHING_SHAPE,
                        StrCat(node.name, ": inputs differ"));
        }
      }
      shapes[static_cast<size_t>(node.outputs[0])] = first;
    }
    std::vector<Shape> outputs;
    for (const graph::ValueId id : graph_->outputs) {
      outputs.push_back(shapes[static_cast<size_t>(id)]);
    }
    return std::unique_ptr<Executable>(std::make_unique<FakeExecutable>(
        graph_, std::move(outputs), std::move(input_bytes)));
  }

 private:
  std::shared_ptr<const graph::Graph> graph_;
};

class FakeBackend : public Backend {
 public:
  explicit FakeBackend(int index) {
    info_.name = StrCat("Fake ", index);
    info_.vendor = "ONNXIFI tests";
    info_.version = "1.0 for tests";
    info_.device = StrCat("device ", index);
    info_.ir_versions = "3 4 5 6 7 8 9 10";
    info_.opset_versions = "ai.onnx:28";
    info_.macs_fp32 = 123;
    if (index == 0) {
      // The glue has to add SYMBOLIC_BATCH_SIZE and to drop VARIABLE_*.
      info_.capabilities = ONNXIFI_CAPABILITY_THREAD_SAFE |
                           ONNXIFI_CAPABILITY_SYMBOLIC_SIZE_TENSORS |
                           ONNXIFI_CAPABILITY_VARIABLE_SIZE_OUTPUTS;
    } else {
      info_.max_graph_count = kFakeMaxGraphs;
    }
  }

  const BackendInfo& info() const override { return info_; }

  std::vector<OptionInfo> options() const override {
    return {{"speed", "fast", "fast or slow; changes nothing"}};
  }

  Reject Supports(const NodeView& node) const override {
    const std::string& op = node.node().op_type;
    const DataType type = node.input_type(0);
    if (node.facts() == nullptr) ++Fake().without_facts;
    if (FakeValuesSupport(node)) return {};
    const bool known = op == "Add" || op == "Not" || op == "Cast";
    if (!known) return {RejectReason::kUnknownOperator, op};
    if (type != (op == "Not" ? DataType::kBool : DataType::kFloat)) {
      return {RejectReason::kDataType, graph::DataTypeName(type)};
    }
    return {};
  }

  Result<std::vector<NodeSupport>> Query(
      const graph::Graph& graph) const override {
    FakeControl& fake = Fake();
    if (fake.throw_in_query) throw 42;
    if (fake.query_status != ONNXIFI_STATUS_SUCCESS) {
      return Status(fake.query_status, "the query was told to fail");
    }
    for (const graph::Value& value : graph.values) {
      if (value.constant != nullptr) fake.constant = value.constant->data;
    }
    ONNXIFI_ASSIGN_OR_RETURN(std::vector<NodeSupport> answers,
                             Backend::Query(graph));
    for (size_t i = 0; i < answers.size() && fake.tell_more; ++i) {
      TellMore(graph.nodes[i].op_type, &answers[i]);
    }
    if (fake.forget_answer && !answers.empty()) answers.pop_back();
    return answers;
  }

  Result<std::unique_ptr<CompiledGraph>> Compile(
      graph::Graph graph, const CompileOptions& options) override {
    const auto speed = options.values.find("speed");
    const std::string value =
        speed == options.values.end() ? "fast" : speed->second;
    if (value != "fast" && value != "slow") {
      return Status(ONNXIFI_STATUS_INVALID_PROPERTY,
                    "option 'speed' is neither fast nor slow");
    }
    SetFakeOption(value);
    for (const graph::Value& one : graph.values) {
      if (one.constant != nullptr) {
        Fake().compiled_constant = one.constant->data;
      }
    }
    if (NeedsValues(graph)) return MakeFakeValueGraph(std::move(graph));
    return std::unique_ptr<CompiledGraph>(
        std::make_unique<FakeGraph>(std::move(graph)));
  }

 private:
  static void TellMore(const std::string& op, NodeSupport* answer) {
    if (op == "Add") {
      answer->group = 1;
      answer->host_inputs = 2;
      answer->cost_ns = 100;
      answer->workspace_bytes = 10;
    } else if (op == "Cast") {
      answer->emulated = true;
      answer->group = 2;
      answer->cost_ns = 7;
      answer->workspace_bytes = 50;
    }
  }

  BackendInfo info_;
};

}  // namespace

FakeRun::FakeRun(std::atomic<bool>& running) : running_(running) {
  FakeControl& fake = Fake();
  if (running_.exchange(true)) fake.overlapped = true;
  ++fake.started;
  const int now = ++fake.running;
  int most = fake.most_running;
  while (most < now && !fake.most_running.compare_exchange_weak(most, now)) {
  }
  RunControl* const control = RunControl::Current();
  while (fake.block && (control == nullptr ||
                        control->StopCode() == ONNXIFI_STATUS_SUCCESS)) {
    std::this_thread::yield();
  }
  if (fake.run_sleep_us > 0) {
    std::this_thread::sleep_for(std::chrono::microseconds(fake.run_sleep_us));
  }
}

FakeRun::~FakeRun() {
  running_ = false;
  --Fake().running;
  ++Fake().finished;
}

void FakeControl::Reset() {
  run_status = ONNXIFI_STATUS_SUCCESS;
  throw_in_run = false;
  no_memory_in_run = false;
  run_sleep_us = 0;
  block = false;
  concurrent = false;
  tell_node = false;
  forget_output = false;
  query_status = ONNXIFI_STATUS_SUCCESS;
  throw_in_query = false;
  forget_answer = false;
  tell_more = false;
  started = 0;
  finished = 0;
  specialized = 0;
  without_facts = 0;
  constant = nullptr;
  overlapped = false;
  running = 0;
  most_running = 0;
}

std::string FakeOption() {
  const std::lock_guard<std::mutex> lock(g_option_mutex);
  return Option();
}

FakeControl& Fake() {
  static FakeControl control;
  return control;
}

Result<std::vector<std::unique_ptr<Backend>>> CreateFakeBackends() {
  std::vector<std::unique_ptr<Backend>> backends;
  backends.push_back(std::make_unique<FakeBackend>(0));
  backends.push_back(std::make_unique<FakeBackend>(1));
  return backends;
}

}  // namespace onnxifi::testing
