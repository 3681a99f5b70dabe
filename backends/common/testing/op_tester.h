#ifndef ONNXIFI_BACKENDS_COMMON_TESTING_OP_TESTER_H_
#define ONNXIFI_BACKENDS_COMMON_TESTING_OP_TESTER_H_

#include <cstring>
#include <string>
#include <type_traits>
#include <vector>

#include "backends/common/backend.h"
#include "backends/common/op_table.h"
#include "backends/common/plan.h"
#include "graph/graph.h"

namespace onnxifi::testing {

template <typename T>
constexpr graph::DataType TypeOf() {
  using graph::DataType;
  if constexpr (std::is_same_v<T, float>) return DataType::kFloat;
  if constexpr (std::is_same_v<T, double>) return DataType::kDouble;
  if constexpr (std::is_same_v<T, uint8_t>) return DataType::kUint8;
  if constexpr (std::is_same_v<T, int8_t>) return DataType::kInt8;
  if constexpr (std::is_same_v<T, uint16_t>) return DataType::kUint16;
  if constexpr (std::is_same_v<T, int16_t>) return DataType::kInt16;
  if constexpr (std::is_same_v<T, uint32_t>) return DataType::kUint32;
  if constexpr (std::is_same_v<T, int32_t>) return DataType::kInt32;
  if constexpr (std::is_same_v<T, uint64_t>) return DataType::kUint64;
  if constexpr (std::is_same_v<T, int64_t>) return DataType::kInt64;
  if constexpr (std::is_same_v<T, bool>) return DataType::kBool;
}

// Runs one operator through the whole pipeline (support check, plan, memory,
// program; or value by value where the operator asks for it) without model
// files or the ABI:
//   OpTester t(kAllOps, "Relu", 14);
//   t.Input<float>({2}, {-1, 2});
//   ASSERT_TRUE(t.Run().ok());
//   EXPECT_EQ(t.Output<float>(0), ...);
class OpTester {
 public:
  OpTester(const OpTable* const* tables, std::string op_type, int opset,
           std::string domain = "");

  // Adds a run-time input / a constant input / an omitted input.
  template <typename T>
  OpTester& Input(graph::Shape dims, const std::vector<T>& values) {
    return RawInput(TypeOf<T>(), std::move(dims), Pack(values), false);
  }
  template <typename T>
  OpTester& Constant(graph::Shape dims, const std::vector<T>& values) {
    return RawInput(TypeOf<T>(), std::move(dims), Pack(values), true);
  }
  OpTester& RawInput(graph::DataType type, graph::Shape dims,
                     std::vector<std::byte> bytes, bool constant);
  // A tensor of strings.
  OpTester& Strings(graph::Shape dims, std::vector<std::string> strings,
                    bool constant = false);
  // A run-time input of any kind.
  OpTester& Value(RunValue value);
  OpTester& NoInput();
  OpTester& Attr(graph::Attribute attribute);
  OpTester& AttrInt(const std::string& name, int64_t value);
  OpTester& AttrFloat(const std::string& name, float value);
  OpTester& AttrString(const std::string& name, const std::string& value);
  OpTester& AttrInts(const std::string& name, std::vector<int64_t> values);
  OpTester& AttrGraph(const std::string& name, graph::Graph body);
  // Number of outputs (default 1) and their declared type.
  OpTester& Outputs(std::vector<graph::DataType> types);
  // The kinds of the outputs; tensors without this.
  OpTester& OutputKinds(std::vector<graph::Value::Kind> kinds);
  // Declares the outputs' shapes, as a model may.
  OpTester& OutputDims(std::vector<graph::Shape> dims);
  // Hide static shapes from Supports (a model with symbolic dimensions).
  OpTester& DynamicShapes();
  // Hide types of run-time inputs (a model whose types nobody can infer).
  OpTester& Untyped();
  OpTester& Hooks(const CompilerHooks& hooks);
  OpTester& Threads(int threads);

  // Compiles and runs; UNSUPPORTED_* when no kernel supports the node.
  Status Run();

  // Whether the last Run went value by value.
  bool by_value() const { return by_value_; }
  const graph::Shape& OutputShape(size_t i) const { return shapes_[i]; }
  const std::vector<std::byte>& OutputBytes(size_t i) const {
    return outputs_[i];
  }
  // Of a run that went value by value.
  const RunValue& OutputValue(size_t i) const { return values_[i]; }
  std::vector<std::string> OutputStrings(size_t i) const;
  template <typename T>
  std::vector<T> Output(size_t i) const {
    std::vector<T> values(outputs_[i].size() / sizeof(T));
    for (size_t k = 0; k < values.size(); ++k) {
      T value{};
      std::memcpy(&value, outputs_[i].data() + k * sizeof(T), sizeof(T));
      values[k] = value;
    }
    return values;
  }

 private:
  template <typename T>
  static std::vector<std::byte> Pack(const std::vector<T>& values) {
    std::vector<std::byte> bytes(values.size() * sizeof(T));
    for (size_t k = 0; k < values.size(); ++k) {
      const T value = values[k];
      std::memcpy(bytes.data() + k * sizeof(T), &value, sizeof(T));
    }
    return bytes;
  }

  graph::ValueId AddInput(graph::Value value);
  graph::Graph MakeGraph();
  Status RunPlanned(CompiledGraph& compiled);
  Status RunByValue(CompiledGraph& compiled);

  const OpTable* const* tables_;
  graph::Graph graph_;
  graph::Node node_;
  std::vector<graph::DataType> output_types_;
  std::vector<graph::Shape> output_dims_;
  std::vector<graph::Value::Kind> output_kinds_;
  bool dynamic_ = false;
  bool untyped_ = false;
  CompilerHooks hooks_;
  int threads_ = 2;
  std::vector<RunValue> inputs_;  // run-time inputs
  bool by_value_ = false;
  RunScope scope_;
  std::vector<RunValue> values_;
  std::vector<std::vector<std::byte>> outputs_;
  std::vector<graph::Shape> shapes_;
};

}  // namespace onnxifi::testing

#endif  // ONNXIFI_BACKENDS_COMMON_TESTING_OP_TESTER_H_
