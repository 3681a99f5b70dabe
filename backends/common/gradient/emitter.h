#ifndef ONNXIFI_BACKENDS_COMMON_GRADIENT_EMITTER_H_
#define ONNXIFI_BACKENDS_COMMON_GRADIENT_EMITTER_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/status.h"
#include "graph/graph.h"

namespace onnxifi::gradient {

// Operators that only derivatives need; see README.md.
inline constexpr char kDomain[] = "onnxifi.gradient";

// Every node of ai.onnx that a derivative adds is of this operator set,
// whatever the model imports: a node carries its own.
inline constexpr int kOpset = 18;

// The names of values and nodes that a model has, bodies included.
class Names {
 public:
  void Add(const graph::Graph& graph);
  // `base`, or a variation of it that is not taken; taken from now on.
  std::string Unique(std::string base);

 private:
  std::unordered_set<std::string> taken_;
};

// What is known of a tensor before the run.
struct TensorInfo {
  graph::DataType type = graph::DataType::kUndefined;
  bool has_shape = false;
  graph::Shape dims;  // -1: not known
  std::vector<std::string> symbols;
};

// Nothing known but the type; or the rank, too.
TensorInfo OfType(graph::DataType type);
TensorInfo OfRank(graph::DataType type, size_t rank);
TensorInfo OfDims(graph::DataType type, graph::Shape dims);

class Emitter;

// A value of the graph that an Emitter adds to. Cheap to copy; the operators
// of expression.h make nodes.
struct Var {
  Emitter* emitter = nullptr;
  graph::ValueId id = graph::kNoValue;

  bool valid() const { return id != graph::kNoValue; }
  // Valid until the next value is made.
  const graph::Value& value() const;
  graph::DataType type() const { return value().type; }
  // -1: not known.
  int rank() const;
  TensorInfo info() const;
};

// Makes nodes, values and constants for one Gradient node. What fails (memory,
// too many nodes) is remembered: `status` is to be looked at after a while.
class Emitter {
 public:
  // Nodes and values are named after `prefix`, or its beginning.
  Emitter(graph::Graph& graph, Names& names, const std::string& prefix,
          size_t node_limit)
      : graph_(graph),
        names_(names),
        prefix_(prefix.substr(0, kMaxPart)),
        node_limit_(node_limit) {}

  // In a body what the model tells of shapes may be wrong: the run decides.
  void DistrustShapes() { trusts_shapes_ = false; }
  bool trusts_shapes() const { return trusts_shapes_; }

  Var Wrap(graph::ValueId id) { return {this, id}; }
  Var None() { return {this, graph::kNoValue}; }
  // Of kNoValue one of which nothing is known.
  const graph::Value& value(graph::ValueId id) const {
    return id == graph::kNoValue ? none_ : graph_.value(id);
  }
  const graph::Graph& graph() const { return graph_; }
  Names& names() { return names_; }
  const std::string& prefix() const { return prefix_; }

  // A value like `model` with a name of its own and no constant.
  graph::ValueId Copy(const graph::Value& model);
  graph::ValueId NewValue(TensorInfo info, std::string_view hint);

  Var Emit(const char* op, const std::vector<Var>& inputs, TensorInfo out,
           std::vector<graph::Attribute> attributes = {},
           const char* domain = "");
  // A node made elsewhere, complete but for its name.
  void Add(graph::Node node);

  Var Constant(graph::TensorPtr tensor);
  // A scalar of a floating type.
  Var Scalar(graph::DataType type, double number);
  // A list of int64.
  Var Ints(const std::vector<int64_t>& numbers);

  // The nodes made so far, in order. They may be taken out.
  std::vector<graph::Node>& nodes() { return nodes_; }
  size_t added() const { return added_; }
  size_t nodes_left() const {
    return added_ < node_limit_ ? node_limit_ - added_ : 0;
  }
  // Counts nodes that others have made.
  void Book(size_t nodes);
  const Status& status() const { return status_; }
  void Fail(Status status) {
    if (status_.ok()) status_ = std::move(status);
  }

 private:
  // Names of names would grow with every order of derivatives.
  static constexpr size_t kMaxPart = 64;

  graph::Graph& graph_;
  const graph::Value none_;
  Names& names_;
  const std::string prefix_;
  const size_t node_limit_;
  std::vector<graph::Node> nodes_;
  int64_t count_ = 0;
  size_t added_ = 0;
  bool trusts_shapes_ = true;
  Status status_;
};

graph::Attribute IntAttribute(std::string name, int64_t number);
graph::Attribute IntsAttribute(std::string name, std::vector<int64_t> numbers);
graph::Attribute FloatAttribute(std::string name, float number);
graph::Attribute TextAttribute(std::string name, std::string text);

}  // namespace onnxifi::gradient

#endif  // ONNXIFI_BACKENDS_COMMON_GRADIENT_EMITTER_H_
