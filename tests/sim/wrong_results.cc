#include "tests/sim/wrong_results.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/str_cat.h"

namespace onnxifi::sim {
namespace {

template <typename T>
Result<graph::TensorPtr> Scalar(graph::DataType type, double number) {
  ONNXIFI_ASSIGN_OR_RETURN(graph::NewTensor made,
                           graph::MakeTensor(type, graph::Shape()));
  *static_cast<T*>(made.data) = static_cast<T>(number);
  return std::move(made.tensor);
}

Result<graph::TensorPtr> ScalarOf(const graph::Value& value, double number) {
  if (value.kind == graph::Value::Kind::kTensor) {
    switch (value.type) {
      case graph::DataType::kFloat:
        return Scalar<float>(value.type, number);
      case graph::DataType::kDouble:
        return Scalar<double>(value.type, number);
      case graph::DataType::kInt32:
        return Scalar<int32_t>(value.type, number);
      case graph::DataType::kInt64:
        return Scalar<int64_t>(value.type, number);
      default:
        break;
    }
  }
  return Status(ONNXIFI_STATUS_UNSUPPORTED_DATATYPE,
                StrCat("value '", value.name,
                       "' cannot be made wrong, as the machine's file demands: "
                       "it is no tensor of float32, float64, int32 or int64"));
}

bool Has(const graph::Graph& graph, const std::string& name) {
  return std::any_of(
      graph.nodes.begin(), graph.nodes.end(),
      [&](const graph::Node& node) { return node.name == name; });
}

bool Means(const Faults::WrongResult& wrong, const graph::Node& node) {
  return wrong.op.empty() ? node.name == wrong.node
                          : OperatorName(node) == wrong.op;
}

graph::ValueId AddValue(graph::Graph* graph, graph::Value value) {
  graph->values.push_back(std::move(value));
  return static_cast<graph::ValueId>(graph->values.size() - 1);
}

// The node gets a new first output, and the Add that comes back makes the old
// one from it.
Result<graph::Node> AddAfter(graph::Node* node, double number,
                             graph::Graph* graph) {
  const graph::ValueId old = node->outputs[0];
  graph::Value right = graph->value(old);
  graph::Value constant;
  constant.name = StrCat(right.name, "/wrong_by/", graph->values.size());
  constant.kind = right.kind;
  constant.type = right.type;
  constant.has_shape = true;
  ONNXIFI_ASSIGN_OR_RETURN(constant.constant, ScalarOf(right, number));
  right.name = StrCat(right.name, "/right/", graph->values.size());
  graph::Node add;
  add.name = StrCat(node->name, "/wrong");
  add.op_type = "Add";
  const auto opset = graph->opsets.find("");
  add.opset = opset == graph->opsets.end() ? 14 : opset->second;
  node->outputs[0] = AddValue(graph, std::move(right));
  add.inputs = {node->outputs[0], AddValue(graph, std::move(constant))};
  add.outputs = {old};
  return add;
}

}  // namespace

Status MakeResultsWrong(const Faults& faults, graph::Graph* graph) {
  for (const Faults::WrongResult& wrong : faults.wrong_results) {
    if (!wrong.with.empty() && !Has(*graph, wrong.with)) continue;
    std::vector<graph::Node> nodes;
    for (graph::Node& node : graph->nodes) {
      const bool meant = Means(wrong, node) && !node.outputs.empty() &&
                         node.outputs[0] != graph::kNoValue;
      nodes.push_back(std::move(node));
      if (!meant) continue;
      ONNXIFI_ASSIGN_OR_RETURN(graph::Node add,
                               AddAfter(&nodes.back(), wrong.add, graph));
      nodes.push_back(std::move(add));
    }
    graph->nodes = std::move(nodes);
  }
  return Status::Ok();
}

}  // namespace onnxifi::sim
