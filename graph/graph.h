#ifndef ONNXIFI_GRAPH_GRAPH_H_
#define ONNXIFI_GRAPH_GRAPH_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "graph/tensor_type.h"

namespace onnxifi::graph {

struct Graph;
struct ValueType;

// Constant tensor data, dense, row-major, native byte order, any alignment.
// The bytes belong to `owner` (a mapped file, the caller's model, a heap
// block), which lives as long as any copy of the reference. Immutable.
struct TensorData {
  DataType type = DataType::kUndefined;
  Shape dims;
  const void* data = nullptr;
  size_t bytes = 0;
  std::shared_ptr<const void> owner;
};
using TensorPtr = std::shared_ptr<const TensorData>;

// A zero-filled heap tensor (64-byte aligned) and the pointer to write it
// through before it is shared.
struct NewTensor {
  TensorPtr tensor;
  void* data = nullptr;
};
Result<NewTensor> MakeTensor(DataType type, Shape dims);

// One element of a string tensor. The characters belong to whoever made the
// tensor: elements are copied and moved like any other 16-byte element.
using StringRef = std::string_view;

// Elements of an int32 or int64 tensor, at any alignment.
Result<std::vector<int64_t>> ReadInts(const TensorData& tensor);

// A tensor of strings that owns its characters. Requires as many strings as
// dims say.
TensorPtr MakeStringTensor(std::vector<std::string> strings, Shape dims);

// Index into Graph::values.
using ValueId = int32_t;
inline constexpr ValueId kNoValue = -1;  // an omitted optional input/output

// One edge of the graph. Type and shape are what the model declares or ONNX's
// inference finds; a dimension of -1 is symbolic or unknown.
struct Value {
  enum class Kind { kTensor, kSequence, kOptional, kMap, kSparse, kUnknown };

  std::string name;
  Kind kind = Kind::kUnknown;
  DataType type = DataType::kUndefined;
  bool has_shape = false;
  Shape dims;
  std::vector<std::string> symbols;  // parallel to dims; "" = none
  TensorPtr constant;                // initializer, weight or folded value
  // All of the type of a sequence, an optional or a map; null for the others.
  std::shared_ptr<const ValueType> whole_type;
};

// A type as deep as it is declared, without shapes.
struct ValueType {
  Value::Kind kind = Value::Kind::kUnknown;
  DataType type = DataType::kUndefined;  // tensors: elements; maps: keys
  // Of a sequence or an optional: what is in it. Of a map: its values.
  std::vector<ValueType> elements;
};

// One attribute. Only the member that belongs to `kind` is set.
struct Attribute {
  enum class Kind {
    kFloat,
    kInt,
    kString,
    kTensor,
    kGraph,
    kFloats,
    kInts,
    kStrings,
    kTensors,
    kGraphs,
    kOther,  // types and sparse tensors: `s` is the serialized attribute
  };

  std::string name;
  Kind kind = Kind::kOther;
  float f = 0;
  int64_t i = 0;
  std::string s;
  TensorPtr tensor;
  std::shared_ptr<const Graph> graph;
  std::vector<float> floats;
  std::vector<int64_t> ints;
  std::vector<std::string> strings;
  std::vector<TensorPtr> tensors;
  std::vector<std::shared_ptr<const Graph>> graphs;
};

// One operator call. `domain` is "" for ai.onnx; `opset` is the version that
// the model imports for that domain.
struct Node {
  std::string name;  // never empty: the reader makes one up when it is
  std::string domain;
  std::string op_type;
  int opset = 0;
  std::vector<ValueId> inputs;   // kNoValue = omitted
  std::vector<ValueId> outputs;  // kNoValue = omitted
  std::vector<Attribute> attributes;
};

// A model's graph: plain data, nodes in topological order, every input of a
// node produced earlier, constant, or a graph input. Built by the reader,
// changed only by passes that own it, then shared const.
struct Graph {
  std::string name;
  int64_t ir_version = 0;
  std::map<std::string, int> opsets;  // "" for ai.onnx
  std::vector<Value> values;
  std::vector<Node> nodes;
  std::vector<ValueId> inputs;    // run-time inputs, in model order
  std::vector<ValueId> outputs;   // in model order
  std::vector<ValueId> captures;  // outer values a subgraph reads, by name

  const Value& value(ValueId id) const {
    return values[static_cast<size_t>(id)];
  }
  Value& value(ValueId id) { return values[static_cast<size_t>(id)]; }
};

// True when an attribute holds a graph.
bool HasBodies(const Node& node);
// For each value: the index of the node that produces it, or -1.
std::vector<int32_t> Producers(const Graph& graph);
// For each node the values that it reads, what its bodies capture included;
// omitted inputs are left out, repeated ones repeated.
std::vector<std::vector<ValueId>> Reads(const Graph& graph);
// For each value: how often nodes read it, plus 1 when it is a graph output.
std::vector<int32_t> UseCounts(const Graph& graph);
// Copies constants of values that live in memory of the caller.
Status OwnConstants(Graph& graph);
// Removes nodes whose outputs nobody reads; keeps order and value ids.
void RemoveDeadNodes(Graph& graph);

// Typed access to a node's attributes, with defaults. A present attribute of
// the wrong kind reads as absent: the checker rejects such models before.
class AttrReader {
 public:
  explicit AttrReader(const Node& node) : node_(node) {}

  const Attribute* Find(std::string_view name) const;
  bool Has(std::string_view name) const { return Find(name) != nullptr; }
  int64_t Int(std::string_view name, int64_t fallback) const;
  float Float(std::string_view name, float fallback) const;
  std::string_view String(std::string_view name,
                          std::string_view fallback) const;
  // Empty when absent.
  std::span<const int64_t> Ints(std::string_view name) const;
  std::span<const float> Floats(std::string_view name) const;
  TensorPtr Tensor(std::string_view name) const;

 private:
  const Node& node_;
};

}  // namespace onnxifi::graph

#endif  // ONNXIFI_GRAPH_GRAPH_H_
