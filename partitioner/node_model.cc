#include "partitioner/node_model.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <span>
#include <utility>

#include "base/str_cat.h"
#include "graph/onnx_writer.h"

namespace onnxifi::partitioner {
namespace {

using graph::DataType;

// Elements of a constant whose values may be a shape or axes.
constexpr int64_t kMostListed = 64;
// Operands of one node; a measurement needs all that memory twice.
constexpr int64_t kMostOperandBytes = int64_t{1} << 30;
constexpr size_t kHashDigits = 16;
constexpr size_t kMostKeyBytes = 128;

void Rename(graph::Graph* part) {
  for (size_t i = 0; i < part->values.size(); ++i) {
    part->values[i].name = StrCat("v", i);
  }
  part->nodes[0].name.assign(1, 'n');
  part->name.assign(1, 'g');
}

// Adds the bytes of a tensor of known type and shape.
bool AddBytes(const graph::Value& value, int64_t* sum) {
  if (value.kind != graph::Value::Kind::kTensor || !value.has_shape ||
      value.type == DataType::kString || graph::ElementBits(value.type) == 0) {
    return false;
  }
  const Result<size_t> bytes = graph::ByteSize(value.type, value.dims);
  if (!bytes.ok() || *bytes == 0) return false;
  if (*bytes > static_cast<size_t>(kMostOperandBytes - *sum)) return false;
  *sum += static_cast<int64_t>(*bytes);
  return true;
}

bool IsMeasurable(const graph::Graph& graph, const graph::Node& node) {
  if (graph::HasBodies(node)) return false;
  int64_t bytes = 0;
  bool gives = false;
  for (const graph::ValueId id : node.inputs) {
    if (id == graph::kNoValue || graph.value(id).constant != nullptr) continue;
    if (!AddBytes(graph.value(id), &bytes)) return false;
  }
  for (const graph::ValueId id : node.outputs) {
    if (id == graph::kNoValue) continue;
    if (!AddBytes(graph.value(id), &bytes)) return false;
    gives = true;
  }
  return gives;
}

bool IsListed(const graph::TensorData& constant) {
  const Result<int64_t> count = graph::ElementCount(constant.dims);
  return (constant.type == DataType::kInt32 ||
          constant.type == DataType::kInt64) &&
         count.ok() && *count <= kMostListed;
}

// Weights become inputs of another name than what comes at run time.
void ForgetWeights(graph::Graph* part) {
  for (size_t v = 0; v < part->values.size(); ++v) {
    graph::Value& value = part->values[v];
    value.symbols.assign(value.dims.size(), "");
    if (value.constant == nullptr || IsListed(*value.constant)) continue;
    value.kind = graph::Value::Kind::kTensor;
    value.type = value.constant->type;
    value.has_shape = true;
    value.dims = value.constant->dims;
    value.symbols.assign(value.dims.size(), "");
    value.constant = nullptr;
    value.name = StrCat("w", v);
    part->inputs.push_back(static_cast<graph::ValueId>(v));
  }
}

std::string Printable(const std::string& text, size_t most) {
  std::string out = text.substr(0, most);
  for (char& c : out) {
    if (c <= ' ' || c > '~') c = '?';
  }
  return out;
}

}  // namespace

graph::Extract ExtractNode(const graph::Graph& graph, size_t node) {
  std::vector<graph::ValueId> outputs;
  for (const graph::ValueId id : graph.nodes[node].outputs) {
    if (id != graph::kNoValue) outputs.push_back(id);
  }
  graph::Extract part =
      graph::ExtractNodes(graph, std::span<const size_t>(&node, 1), outputs);
  if (!graph::HasBodies(graph.nodes[node])) Rename(&part.graph);
  return part;
}

std::string HashText(const std::string& text) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  }
  char digits[kHashDigits + 1];
  std::snprintf(digits, sizeof(digits), "%016llx",
                static_cast<unsigned long long>(hash));
  return digits;
}

std::string NodeKey(const graph::Graph& graph, size_t node) {
  if (!IsMeasurable(graph, graph.nodes[node])) return "";
  graph::Extract part = ExtractNode(graph, node);
  ForgetWeights(&part.graph);
  // Other domains of the model say nothing about this node.
  std::erase_if(part.graph.opsets, [&](const auto& opset) {
    return opset.first != part.graph.nodes[0].domain;
  });
  const Result<std::string> model = graph::WriteModel(part.graph);
  if (!model.ok()) return "";
  constexpr size_t kMostName = kMostKeyBytes - kHashDigits - 1;
  return StrCat(Printable(graph.nodes[node].op_type, kMostName), " ",
                HashText(*model));
}

std::vector<std::string> NodeKeys(const graph::Graph& graph) {
  std::vector<std::string> keys;
  keys.reserve(graph.nodes.size());
  for (size_t n = 0; n < graph.nodes.size(); ++n) {
    keys.push_back(NodeKey(graph, n));
  }
  return keys;
}

bool IsNodeKey(const std::string& text) {
  if (text.size() < kHashDigits + 2 || text.size() > kMostKeyBytes) {
    return false;
  }
  const size_t name = text.size() - kHashDigits - 1;
  return text[name] == ' ' &&
         std::all_of(text.begin(), text.begin() + static_cast<int>(name),
                     [](char c) { return c > ' ' && c <= '~'; }) &&
         text.find_first_not_of("0123456789abcdef", name + 1) ==
             std::string::npos;
}

}  // namespace onnxifi::partitioner
