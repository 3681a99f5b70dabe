#include "graph/node_kinds.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>

namespace onnxifi::graph {
namespace {

// Longer descriptions are not kept.
constexpr size_t kMaxKeyBytes = 4096;

// Every part has its length in front, so that no two nodes share a key by
// chance.
void Append(std::string* key, const void* data, size_t bytes) {
  key->append(reinterpret_cast<const char*>(&bytes), sizeof(bytes));
  if (bytes > 0) key->append(static_cast<const char*>(data), bytes);
}
void Append(std::string* key, std::string_view text) {
  Append(key, text.data(), text.size());
}
template <typename T>
void AppendNumber(std::string* key, T number) {
  key->append(reinterpret_cast<const char*>(&number), sizeof(number));
}
template <typename List>
void AppendNumbers(std::string* key, const List& numbers) {
  Append(key, numbers.data(),
         static_cast<size_t>(numbers.size()) * sizeof(*numbers.data()));
}

// Which of some values are omitted.
template <typename Names>
void AppendPresence(std::string* key, const Names& names) {
  AppendNumber(key, names.size());
  for (const std::string& name : names) key->push_back(name.empty() ? 0 : 1);
}

// About what the key of an attribute takes, strings of a list apart.
size_t SizeOf(const onnx::AttributeProto& attribute) {
  return attribute.name().size() + attribute.ref_attr_name().size() +
         attribute.s().size() +
         static_cast<size_t>(attribute.floats_size()) * sizeof(float) +
         static_cast<size_t>(attribute.ints_size()) * sizeof(int64_t);
}

// False for attributes that no key describes.
bool AppendAttribute(std::string* key, const onnx::AttributeProto& attribute) {
  if (attribute.has_t() || attribute.has_sparse_tensor() ||
      attribute.has_tp() || attribute.tensors_size() > 0 ||
      attribute.sparse_tensors_size() > 0 || attribute.type_protos_size() > 0 ||
      SizeOf(attribute) > kMaxKeyBytes) {
    return false;
  }
  Append(key, attribute.name());
  Append(key, attribute.ref_attr_name());
  AppendNumber(key, static_cast<int>(attribute.type()));
  const int present = (attribute.has_f() ? 1 : 0) |
                      (attribute.has_i() ? 2 : 0) | (attribute.has_s() ? 4 : 0);
  AppendNumber(key, present);
  if (attribute.has_f()) AppendNumber(key, attribute.f());
  if (attribute.has_i()) AppendNumber(key, attribute.i());
  if (attribute.has_s()) Append(key, attribute.s());
  AppendNumbers(key, attribute.floats());
  AppendNumbers(key, attribute.ints());
  AppendNumber(key, attribute.strings_size());
  for (const std::string& text : attribute.strings()) {
    if (key->size() + text.size() > kMaxKeyBytes) return false;
    Append(key, text);
  }
  return key->size() <= kMaxKeyBytes;
}

bool HasBody(const onnx::NodeProto& node) {
  for (const onnx::AttributeProto& attribute : node.attribute()) {
    if (attribute.has_g() || attribute.graphs_size() > 0) return true;
  }
  return false;
}

bool MakeKey(const onnx::NodeProto& node, std::string* key) {
  if (static_cast<size_t>(node.input_size()) > kMaxKeyBytes ||
      static_cast<size_t>(node.output_size()) > kMaxKeyBytes) {
    return false;
  }
  key->clear();
  Append(key, node.op_type());
  Append(key, node.domain());
  Append(key, node.overload());
  AppendPresence(key, node.input());
  AppendPresence(key, node.output());
  for (const onnx::AttributeProto& attribute : node.attribute()) {
    if (!AppendAttribute(key, attribute)) return false;
  }
  return true;
}

}  // namespace

NodeKinds::NodeKinds(const onnx::GraphProto& graph) {
  kinds_.reserve(static_cast<size_t>(graph.node_size()));
  std::unordered_map<std::string, int32_t> known;
  std::string key;
  for (const onnx::NodeProto& node : graph.node()) {
    int32_t kind = kNone;
    if (HasBody(node)) {
      has_bodies_ = true;
    } else if (MakeKey(node, &key)) {
      const auto entry = known.find(key);
      kind = entry == known.end() ? count_++ : entry->second;
      if (entry == known.end()) known.emplace(key, kind);
    }
    kinds_.push_back(kind);
  }
}

}  // namespace onnxifi::graph
