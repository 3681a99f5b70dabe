#ifndef ONNXIFI_BACKENDS_CPU_TESTING_NODE_TESTER_H_
#define ONNXIFI_BACKENDS_CPU_TESTING_NODE_TESTER_H_

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "backends/common/value_graph.h"
#include "backends/cpu/cpu_backend.h"
#include "backends/cpu/kernels/type_dispatch.h"
#include "base/thread_pool.h"
#include "graph/graph.h"

namespace onnxifi::cpu::testing {

template <typename T>
constexpr graph::DataType ElementType() {
  return std::is_same_v<T, std::string> ? graph::DataType::kString
                                        : kDataTypeOf<T>;
}

// A tensor of numbers, bools or std::string.
template <typename T>
graph::TensorPtr MakeTensorOf(graph::Shape dims, std::vector<T> values) {
  if constexpr (std::is_same_v<T, std::string>) {
    return graph::MakeStringTensor(std::move(values), std::move(dims));
  } else {
    const graph::NewTensor made =
        graph::MakeTensor(ElementType<T>(), std::move(dims)).value();
    T* out = static_cast<T*>(made.data);
    for (const T value : values) *out++ = value;
    return made.tensor;
  }
}

// Runs one operator value by value, as a graph with strings or maps is run:
//   NodeTester t("StringConcat", 20);
//   t.Input<std::string>({2}, {"a", "b"}).Input<std::string>({}, {"c"});
//   ASSERT_TRUE(t.Run().ok());
//   EXPECT_EQ(t.Out<std::string>(0), ...);
class NodeTester {
 public:
  explicit NodeTester(std::string op_type, int opset, std::string domain = "") {
    graph_.ir_version = 10;
    graph_.opsets[domain] = opset;
    node_.name = "test_" + op_type;
    node_.op_type = std::move(op_type);
    node_.domain = std::move(domain);
    node_.opset = opset;
  }

  template <typename T>
  NodeTester& Input(graph::Shape dims, std::vector<T> values) {
    return Feed(RunValue::Tensor(MakeTensorOf<T>(dims, std::move(values))),
                ElementType<T>(), dims);
  }
  template <typename T>
  NodeTester& Constant(graph::Shape dims, std::vector<T> values) {
    graph::Value& value = AddInput(ElementType<T>(), dims);
    value.constant = MakeTensorOf<T>(std::move(dims), std::move(values));
    return *this;
  }
  // A sequence, a map or nothing.
  NodeTester& Feed(RunValue value, graph::Value::Kind kind) {
    AddInput(graph::DataType::kUndefined, {}).kind = kind;
    return Feed(std::move(value));
  }
  NodeTester& NoInput() {
    node_.inputs.push_back(graph::kNoValue);
    return *this;
  }

  NodeTester& Int(const std::string& name, int64_t value) {
    Add(name, graph::Attribute::Kind::kInt).i = value;
    return *this;
  }
  NodeTester& Float(const std::string& name, float value) {
    Add(name, graph::Attribute::Kind::kFloat).f = value;
    return *this;
  }
  NodeTester& Text(const std::string& name, std::string value) {
    Add(name, graph::Attribute::Kind::kString).s = std::move(value);
    return *this;
  }
  NodeTester& Ints(const std::string& name, std::vector<int64_t> values) {
    Add(name, graph::Attribute::Kind::kInts).ints = std::move(values);
    return *this;
  }
  NodeTester& Floats(const std::string& name, std::vector<float> values) {
    Add(name, graph::Attribute::Kind::kFloats).floats = std::move(values);
    return *this;
  }
  NodeTester& Texts(const std::string& name, std::vector<std::string> values) {
    Add(name, graph::Attribute::Kind::kStrings).strings = std::move(values);
    return *this;
  }
  template <typename T>
  NodeTester& Tensor(const std::string& name, std::vector<T> values) {
    const auto count = static_cast<int64_t>(values.size());
    Add(name, graph::Attribute::Kind::kTensor).tensor =
        MakeTensorOf<T>({count}, std::move(values));
    return *this;
  }

  NodeTester& Outputs(size_t count) {
    outputs_ = count;
    return *this;
  }
  Status Run() {
    graph::Graph graph = graph_;
    graph::Node node = node_;
    for (size_t i = 0; i < outputs_; ++i) {
      graph::Value value;
      value.name = "out" + std::to_string(i);
      const auto id = static_cast<graph::ValueId>(graph.values.size());
      node.outputs.push_back(id);
      graph.outputs.push_back(id);
      graph.values.push_back(std::move(value));
    }
    graph.nodes.push_back(std::move(node));
    results_.clear();
    pool_ = std::make_unique<ThreadPool>(2);
    registry_ = std::make_unique<OpRegistry>(kAllOps);
    ONNXIFI_ASSIGN_OR_RETURN(compiled_,
                             ValueGraph::Create(std::move(graph), *registry_,
                                                MakeCompilerHooks(), *pool_));
    return compiled_->RunValues(scope_, feeds_, &results_);
  }

  const RunValue& out(size_t i) const { return results_[i]; }
  graph::DataType OutType(size_t i) const { return results_[i].tensor->type; }
  const graph::Shape& OutDims(size_t i) const {
    return results_[i].tensor->dims;
  }
  // Empty when the output has another type.
  template <typename T>
  std::vector<T> Out(size_t i) const {
    return Values<T>(*results_[i].tensor);
  }
  template <typename T>
  static std::vector<T> Values(const graph::TensorData& tensor) {
    if (tensor.type != ElementType<T>()) return {};
    if constexpr (std::is_same_v<T, std::string>) {
      const auto* refs = static_cast<const graph::StringRef*>(tensor.data);
      return std::vector<T>(refs,
                            refs + tensor.bytes / sizeof(graph::StringRef));
    } else {
      const T* data = static_cast<const T*>(tensor.data);
      return std::vector<T>(data, data + tensor.bytes / sizeof(T));
    }
  }

 private:
  graph::Value& AddInput(graph::DataType type, const graph::Shape& dims) {
    graph::Value value;
    value.name = "in" + std::to_string(node_.inputs.size());
    value.kind = graph::Value::Kind::kTensor;
    value.type = type;
    value.has_shape = type != graph::DataType::kUndefined;
    value.dims = dims;
    value.symbols.resize(dims.size());
    node_.inputs.push_back(static_cast<graph::ValueId>(graph_.values.size()));
    graph_.values.push_back(std::move(value));
    return graph_.values.back();
  }
  NodeTester& Feed(RunValue value, graph::DataType type,
                   const graph::Shape& dims) {
    AddInput(type, dims);
    return Feed(std::move(value));
  }
  NodeTester& Feed(RunValue value) {
    graph_.inputs.push_back(node_.inputs.back());
    feeds_.push_back(std::move(value));
    return *this;
  }
  graph::Attribute& Add(const std::string& name, graph::Attribute::Kind kind) {
    graph::Attribute attribute;
    attribute.name = name;
    attribute.kind = kind;
    node_.attributes.push_back(std::move(attribute));
    return node_.attributes.back();
  }

  graph::Graph graph_;
  graph::Node node_;
  size_t outputs_ = 1;
  std::vector<RunValue> feeds_;
  std::unique_ptr<ThreadPool> pool_;
  std::unique_ptr<OpRegistry> registry_;
  std::unique_ptr<ValueGraph> compiled_;
  RunScope scope_;
  std::vector<RunValue> results_;
};

}  // namespace onnxifi::cpu::testing

#endif  // ONNXIFI_BACKENDS_CPU_TESTING_NODE_TESTER_H_
