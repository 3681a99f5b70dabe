#include "backends/common/testing/fake_values.h"
#include "backends/common/run_control.h"

#include <algorithm>
#include <atomic>
#include <string>
#include <utility>
#include <vector>

#include "backends/common/testing/fake_backend.h"
#include "base/str_cat.h"

namespace onnxifi::testing {
namespace {

using graph::DataType;
using graph::NewTensor;
using graph::StringRef;

Status Broken(const graph::Node& node, const char* why) {
  return Status(ONNXIFI_STATUS_MISMATCHING_SHAPE,
                StrCat("node '", node.name, "' (", node.op_type, "): ", why));
}

Result<RunValue> RunNonZero(const RunValue& in) {
  const float* x = Elements<float>(*in.tensor);
  std::vector<int64_t> found;
  for (int64_t i = 0; i < in.tensor->dims.at(0); ++i) {
    if (x[i] != 0) found.push_back(i);
  }
  ONNXIFI_ASSIGN_OR_RETURN(
      const NewTensor made,
      graph::MakeTensor(DataType::kInt64,
                        {1, static_cast<int64_t>(found.size())}));
  std::copy(found.begin(), found.end(), static_cast<int64_t*>(made.data));
  return RunValue::Tensor(made.tensor);
}

Result<RunValue> RunAdd(const graph::Node& node, const RunValue& a,
                        const RunValue& b) {
  if (a.tensor->dims != b.tensor->dims) return Broken(node, "inputs differ");
  ONNXIFI_ASSIGN_OR_RETURN(const NewTensor made,
                           graph::MakeTensor(DataType::kFloat, a.tensor->dims));
  auto* y = static_cast<float*>(made.data);
  for (size_t i = 0; i < made.tensor->bytes / sizeof(float); ++i) {
    y[i] = Elements<float>(*a.tensor)[i] + Elements<float>(*b.tensor)[i];
  }
  return RunValue::Tensor(made.tensor);
}

// The characters belong to `scope`, as those of a real kernel may.
Result<RunValue> RunConcat(RunScope& scope, const RunValue& a,
                           const RunValue& b) {
  const auto* left = Elements<StringRef>(*a.tensor);
  const auto* right = Elements<StringRef>(*b.tensor);
  const size_t count = std::min(a.tensor->bytes, b.tensor->bytes) / 16;
  std::vector<std::string> made;
  for (size_t i = 0; i < count; ++i) {
    made.push_back(StrCat(left[i], right[i]));
  }
  const graph::TensorPtr owner =
      graph::MakeStringTensor(std::move(made), a.tensor->dims);
  scope.keep.push_back(owner);
  ONNXIFI_ASSIGN_OR_RETURN(
      const NewTensor refs,
      graph::MakeTensor(DataType::kString, a.tensor->dims));
  std::copy_n(Elements<StringRef>(*owner), count,
              static_cast<StringRef*>(refs.data));
  return RunValue::Tensor(refs.tensor);
}

Result<RunValue> RunZipMap(const graph::Node& node, const RunValue& in) {
  const graph::Attribute* labels =
      graph::AttrReader(node).Find("classlabels_strings");
  const size_t width = labels == nullptr ? 0 : labels->strings.size();
  if (width == 0 || in.tensor->dims.back() != static_cast<int64_t>(width)) {
    return Broken(node, "one label for each column is needed");
  }
  const float* x = Elements<float>(*in.tensor);
  std::vector<RunValue> rows;
  for (size_t at = 0; at < in.tensor->bytes / sizeof(float); at += width) {
    const auto count = static_cast<int64_t>(width);
    ONNXIFI_ASSIGN_OR_RETURN(const NewTensor values,
                             graph::MakeTensor(DataType::kFloat, {count}));
    std::copy_n(x + at, width, static_cast<float*>(values.data));
    rows.push_back(RunValue::Map(
        graph::MakeStringTensor(labels->strings, {count}), values.tensor));
  }
  return RunValue::Sequence(std::move(rows));
}

Result<RunValue> RunCastMap(const RunValue& in) {
  const graph::TensorData& values = *in.elements[0].tensor;
  auto shaped = std::make_shared<graph::TensorData>(values);
  shaped->dims = {1, values.dims[0]};
  return RunValue::Tensor(std::move(shaped));
}

class FakeValueGraph final : public CompiledGraph {
 public:
  explicit FakeValueGraph(graph::Graph graph) : graph_(std::move(graph)) {}

  bool by_value() const override { return true; }
  Result<std::unique_ptr<Executable>> Specialize(
      const std::vector<graph::Shape>&) override {
    return Status(ONNXIFI_STATUS_INTERNAL_ERROR, "runs by value");
  }

  Status RunValues(RunScope& scope, std::vector<RunValue> inputs,
                   std::vector<RunValue>* outputs) override {
    const FakeRun run(running_);
    if (Fake().throw_in_run) throw 42;
    if (Fake().run_status != ONNXIFI_STATUS_SUCCESS) {
      return Status(Fake().run_status, "the fake was told to fail");
    }
    if (RunControl* const control = RunControl::Current()) {
      ONNXIFI_RETURN_IF_ERROR(StoppedStatus(control->StopCode()));
    }
    std::vector<RunValue> slots(graph_.values.size());
    for (size_t i = 0; i < slots.size(); ++i) {
      if (graph_.values[i].constant != nullptr) {
        slots[i] = RunValue::Tensor(graph_.values[i].constant);
      }
    }
    for (size_t i = 0; i < inputs.size(); ++i) {
      slots[static_cast<size_t>(graph_.inputs[i])] = std::move(inputs[i]);
    }
    for (const graph::Node& node : graph_.nodes) {
      ONNXIFI_ASSIGN_OR_RETURN(slots[static_cast<size_t>(node.outputs[0])],
                               RunNode(scope, node, slots));
    }
    for (const graph::ValueId id : graph_.outputs) {
      outputs->push_back(slots[static_cast<size_t>(id)]);
    }
    if (Fake().forget_output) outputs->pop_back();
    return Status::Ok();
  }

 private:
  static Result<RunValue> RunNode(RunScope& scope, const graph::Node& node,
                                  const std::vector<RunValue>& slots) {
    const auto in = [&](size_t i) -> const RunValue& {
      return slots[static_cast<size_t>(node.inputs[i])];
    };
    if (node.op_type == "NonZero") return RunNonZero(in(0));
    if (node.op_type == "Add") return RunAdd(node, in(0), in(1));
    if (node.op_type == "StringConcat") return RunConcat(scope, in(0), in(1));
    if (node.op_type == "ZipMap") return RunZipMap(node, in(0));
    if (node.op_type == "CastMap") return RunCastMap(in(0));
    return in(0);
  }

  const graph::Graph graph_;
  std::atomic<bool> running_{false};
};

}  // namespace

bool NeedsValues(const graph::Graph& graph) {
  const auto plain = [&](graph::ValueId id) {
    const graph::Value& value = graph.value(id);
    return value.kind == graph::Value::Kind::kTensor &&
           value.type != DataType::kString;
  };
  return !std::all_of(graph.inputs.begin(), graph.inputs.end(), plain) ||
         !std::all_of(graph.outputs.begin(), graph.outputs.end(), plain) ||
         std::any_of(
             graph.nodes.begin(), graph.nodes.end(),
             [](const graph::Node& node) { return node.op_type == "NonZero"; });
}

bool FakeValuesSupport(const NodeView& node) {
  const std::string& op = node.node().op_type;
  return op == "Identity" || op == "NonZero" || op == "StringConcat" ||
         op == "ZipMap" || op == "CastMap";
}

std::unique_ptr<CompiledGraph> MakeFakeValueGraph(graph::Graph graph) {
  return std::make_unique<FakeValueGraph>(std::move(graph));
}

}  // namespace onnxifi::testing
