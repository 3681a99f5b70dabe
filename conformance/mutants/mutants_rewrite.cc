// Mutants that compute an operator by others, as somebody might who has not
// thought of everything.
#include <cstring>

#include "conformance/mutants/node_edit.h"

namespace onnxifi::mutants {
namespace {

using graph::DataType;
using graph::Value;

const Value* InputOf(const Graph& graph, const Node& node, size_t index) {
  if (index >= node.inputs.size() || node.inputs[index] == graph::kNoValue) {
    return nullptr;
  }
  return &graph.value(node.inputs[index]);
}

bool IsFloat(const Graph& graph, const Node& node, size_t index) {
  const Value* const value = InputOf(graph, node, index);
  return value != nullptr && value->kind == Value::Kind::kTensor &&
         value->type == DataType::kFloat;
}

// A new value like an old one, with another type.
ValueId ValueLike(Graph& graph, ValueId like, DataType type) {
  Value made = graph.value(like);
  made.name = "mutant_" + std::to_string(graph.values.size());
  made.type = type;
  made.constant = nullptr;
  graph.values.push_back(std::move(made));
  return static_cast<ValueId>(graph.values.size() - 1);
}

ValueId Int64s(Graph& graph, const std::vector<int64_t>& numbers, bool scalar) {
  graph::Shape dims;
  if (!scalar) dims.push_back(static_cast<int64_t>(numbers.size()));
  Result<graph::NewTensor> tensor = graph::MakeTensor(DataType::kInt64, dims);
  if (!tensor.ok()) return graph::kNoValue;
  std::memcpy(tensor->data, numbers.data(), numbers.size() * sizeof(int64_t));
  Value made;
  made.name = "mutant_" + std::to_string(graph.values.size());
  made.kind = Value::Kind::kTensor;
  made.type = DataType::kInt64;
  made.has_shape = true;
  made.dims = dims;
  made.symbols.resize(dims.size());
  made.constant = tensor->tensor;
  graph.values.push_back(std::move(made));
  return static_cast<ValueId>(graph.values.size() - 1);
}

Node Make(const Graph& graph, const char* op, std::vector<ValueId> inputs,
          ValueId output) {
  Node node;
  node.name = std::string("mutant_") + op + std::to_string(output);
  node.op_type = op;
  const auto opset = graph.opsets.find("");
  node.opset = opset == graph.opsets.end() ? 0 : opset->second;
  node.inputs = std::move(inputs);
  node.outputs = {output};
  return node;
}
Node MakeCast(const Graph& graph, ValueId from, ValueId to, DataType type) {
  Node node = Make(graph, "Cast", {from}, to);
  IntOf(node, "to", static_cast<int64_t>(type));
  return node;
}
void Insert(Graph& graph, size_t at, Node node) {
  graph.nodes.insert(graph.nodes.begin() + static_cast<ptrdiff_t>(at),
                     std::move(node));
}

// float32 is computed in float16.
template <size_t kInputs>
bool InHalf(Graph& graph, size_t at) {
  for (size_t i = 0; i < kInputs; ++i) {
    if (!IsFloat(graph, graph.nodes[at], i)) return false;
  }
  const ValueId result = graph.nodes[at].outputs[0];
  const ValueId half = ValueLike(graph, result, DataType::kFloat16);
  graph.nodes[at].outputs[0] = half;
  Insert(graph, at + 1, MakeCast(graph, half, result, DataType::kFloat));
  for (size_t i = 0; i < kInputs; ++i) {
    const ValueId from = graph.nodes[at].inputs[i];
    const ValueId to = ValueLike(graph, from, DataType::kFloat16);
    graph.nodes[at].inputs[i] = to;
    Insert(graph, at, MakeCast(graph, from, to, DataType::kFloat16));
    ++at;
  }
  return true;
}

// A vector is added to rows, not to columns, where both are as long.
bool BroadcastAxis(Graph& graph, size_t at) {
  Node& node = graph.nodes[at];
  const Value* const matrix = InputOf(graph, node, 0);
  const Value* const vector = InputOf(graph, node, 1);
  if (matrix == nullptr || vector == nullptr || !matrix->has_shape ||
      !vector->has_shape || vector->dims.size() != 1 ||
      matrix->dims.size() < 2) {
    return false;
  }
  const int64_t length = vector->dims[0];
  const size_t rank = matrix->dims.size();
  if (length < 2 || matrix->dims[rank - 1] != length ||
      matrix->dims[rank - 2] != length) {
    return false;
  }
  const ValueId from = node.inputs[1];
  const ValueId column = ValueLike(graph, from, vector->type);
  graph.value(column).dims = {length, 1};
  graph.value(column).symbols.assign(2, "");
  const ValueId shape = Int64s(graph, {length, 1}, false);
  graph.nodes[at].inputs[1] = column;
  Insert(graph, at, Make(graph, "Reshape", {from, shape}, column));
  return true;
}

// exp(x) / sum(exp(x)), without the maximum: large x become NaN.
bool SoftmaxOverflows(Graph& graph, size_t at) {
  Node& node = graph.nodes[at];
  if (!IsFloat(graph, node, 0) || node.opset < 13) return false;
  const ValueId x = node.inputs[0];
  const ValueId y = node.outputs[0];
  const int64_t axis = IntOf(node, "axis", -1);
  const ValueId power = ValueLike(graph, y, DataType::kFloat);
  const ValueId sum = ValueLike(graph, y, DataType::kFloat);
  graph.value(sum).has_shape = false;
  graph.value(sum).dims = {};
  graph.value(sum).symbols.clear();
  const ValueId axes = Int64s(graph, {axis}, false);
  graph.nodes[at] = Make(graph, "Div", {power, sum}, y);
  Insert(graph, at, Make(graph, "ReduceSum", {power, axes}, sum));
  Insert(graph, at, Make(graph, "Exp", {x}, power));
  return true;
}

// sqrt(E(x^2)) for the variance and such: here, log(sum(exp)) without the
// maximum.
bool LogSumExpOverflows(Graph& graph, size_t at) {
  Node& node = graph.nodes[at];
  if (!IsFloat(graph, node, 0)) return false;
  const ValueId power = ValueLike(graph, node.inputs[0], DataType::kFloat);
  const ValueId y = node.outputs[0];
  const ValueId sum = ValueLike(graph, y, DataType::kFloat);
  const ValueId x = node.inputs[0];
  // A sum of positive numbers, which takes its axes in the same way.
  node.op_type = "ReduceL1";
  node.inputs[0] = power;
  node.outputs[0] = sum;
  Insert(graph, at + 1, Make(graph, "Log", {sum}, y));
  Insert(graph, at, Make(graph, "Exp", {x}, power));
  return true;
}

// An int64 input is at least 0.
template <size_t kInput>
bool NoNegatives(Graph& graph, size_t at) {
  Node& node = graph.nodes[at];
  const Value* const value = InputOf(graph, node, kInput);
  if (value == nullptr || value->type != DataType::kInt64 || node.opset < 12) {
    return false;
  }
  const ValueId from = node.inputs[kInput];
  const ValueId to = ValueLike(graph, from, DataType::kInt64);
  const ValueId zero = Int64s(graph, {0}, true);
  graph.nodes[at].inputs[kInput] = to;
  Insert(graph, at, Make(graph, "Max", {from, zero}, to));
  return true;
}

// Loops are run once less.
bool OneLess(Graph& graph, size_t at) {
  Node& node = graph.nodes[at];
  if (InputOf(graph, node, 0) == nullptr) return false;
  const ValueId from = node.inputs[0];
  const ValueId to = ValueLike(graph, from, DataType::kInt64);
  const ValueId one = Int64s(graph, {1}, true);
  graph.nodes[at].inputs[0] = to;
  Insert(graph, at, Make(graph, "Sub", {from, one}, to));
  return true;
}

bool SwapBodies(Graph& graph, size_t at) {
  Attribute* const yes = Find(graph.nodes[at], "then_branch");
  Attribute* const no = Find(graph.nodes[at], "else_branch");
  if (yes == nullptr || no == nullptr) return false;
  std::swap(yes->graph, no->graph);
  return true;
}

constexpr GraphRow kRows[] = {
    {"matmul_in_half", "MatMul", &InHalf<2>, "float32 is computed in float16"},
    {"gemm_in_half", "Gemm", &InHalf<3>, "float32 is computed in float16"},
    {"conv_in_half", "Conv", &InHalf<2>, "float32 is computed in float16"},
    {"reduce_sum_in_half", "ReduceSum", &InHalf<1>,
     "float32 is added up in float16"},
    {"exp_in_half", "Exp", &InHalf<1>, "float32 is computed in float16"},
    {"add_broadcast_axis", "Add", &BroadcastAxis,
     "a vector goes along the other axis of a square"},
    {"mul_broadcast_axis", "Mul", &BroadcastAxis,
     "a vector goes along the other axis of a square"},
    {"softmax_overflows", "Softmax", &SoftmaxOverflows,
     "large numbers become NaN"},
    {"log_sum_exp_overflows", "ReduceLogSumExp", &LogSumExpOverflows,
     "large numbers become infinite"},
    {"gather_no_negatives", "Gather", &NoNegatives<1>,
     "negative indices are taken for 0"},
    {"gather_nd_no_negatives", "GatherND", &NoNegatives<1>,
     "negative indices are taken for 0"},
    {"scatter_no_negatives", "ScatterElements", &NoNegatives<1>,
     "negative indices are taken for 0"},
    {"loop_one_less", "Loop", &OneLess, "loops are run once less"},
    {"if_branches_swapped", "If", &SwapBodies, "branches swapped"},
};

}  // namespace

void AddRewriteMutants(std::vector<MutantInfo>* list) {
  AddGraphRows(kRows, list);
}

}  // namespace onnxifi::mutants
