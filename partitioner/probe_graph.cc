#include "partitioner/probe_graph.h"

#include <cstring>
#include <utility>
#include <vector>

#include "base/str_cat.h"

namespace onnxifi::partitioner {
namespace {

// For a graph that has nothing of ONNX's own domain.
constexpr int kCommonOpset = 13;
// From this version on, Slice has its ranges as inputs.
constexpr int kSliceByInputs = 10;

graph::Graph EmptyProbe(const graph::Graph& like) {
  graph::Graph probe;
  probe.name = "probe";
  probe.ir_version = like.ir_version;
  const auto opset = like.opsets.find("");
  probe.opsets[""] = opset == like.opsets.end() ? kCommonOpset : opset->second;
  return probe;
}

graph::ValueId AddValue(graph::DataType type, int64_t elements,
                        graph::Graph* probe) {
  graph::Value value;
  value.name = StrCat("v", probe->values.size());
  value.kind = graph::Value::Kind::kTensor;
  value.type = type;
  value.has_shape = true;
  value.dims = {elements};
  value.symbols = {""};
  probe->values.push_back(std::move(value));
  return static_cast<graph::ValueId>(probe->values.size() - 1);
}

graph::Node MakeNode(const graph::Graph& probe, const std::string& op_type) {
  graph::Node node;
  node.name = StrCat("n", probe.nodes.size());
  node.op_type = op_type;
  node.opset = probe.opsets.at("");
  return node;
}

graph::TensorPtr OneInteger(int64_t number) {
  const auto owner = std::make_shared<int64_t>(number);
  auto tensor = std::make_shared<graph::TensorData>();
  tensor->type = graph::DataType::kInt64;
  tensor->dims = {1};
  tensor->data = owner.get();
  tensor->bytes = sizeof(number);
  tensor->owner = owner;
  return tensor;
}

}  // namespace

graph::Graph UnaryProbe(const graph::Graph& like, const std::string& op_type,
                        int64_t elements, int length, int width) {
  graph::Graph probe = EmptyProbe(like);
  for (int w = 0; w < width; ++w) {
    graph::ValueId last = AddValue(graph::DataType::kFloat, elements, &probe);
    probe.inputs.push_back(last);
    for (int l = 0; l < length; ++l) {
      graph::Node node = MakeNode(probe, op_type);
      node.inputs = {last};
      last = AddValue(graph::DataType::kFloat, elements, &probe);
      node.outputs = {last};
      probe.nodes.push_back(std::move(node));
    }
    probe.outputs.push_back(last);
  }
  return probe;
}

graph::Graph SliceProbe(const graph::Graph& like, int64_t elements) {
  graph::Graph probe = EmptyProbe(like);
  graph::Node node = MakeNode(probe, "Slice");
  node.inputs = {AddValue(graph::DataType::kFloat, elements, &probe)};
  probe.inputs = node.inputs;
  const std::pair<const char*, int64_t> ranges[] = {
      {"starts", 0}, {"ends", kSliceElements}, {"axes", 0}};
  for (const auto& [name, number] : ranges) {
    if (node.opset >= kSliceByInputs) {
      const graph::ValueId id = AddValue(graph::DataType::kInt64, 1, &probe);
      probe.value(id).constant = OneInteger(number);
      node.inputs.push_back(id);
      continue;
    }
    graph::Attribute attribute;
    attribute.name = name;
    attribute.kind = graph::Attribute::Kind::kInts;
    attribute.ints = {number};
    node.attributes.push_back(std::move(attribute));
  }
  node.outputs = {AddValue(graph::DataType::kFloat, kSliceElements, &probe)};
  probe.outputs = node.outputs;
  probe.nodes.push_back(std::move(node));
  return probe;
}

}  // namespace onnxifi::partitioner
