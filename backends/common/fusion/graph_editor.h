#ifndef ONNXIFI_BACKENDS_COMMON_FUSION_GRAPH_EDITOR_H_
#define ONNXIFI_BACKENDS_COMMON_FUSION_GRAPH_EDITOR_H_

#include <optional>
#include <string_view>
#include <vector>

#include "backends/common/fusion/activation.h"
#include "graph/graph.h"

namespace onnxifi {

// A graph under rewriting, with who makes and who reads each value kept up to
// date. Nodes keep their index until Finish. Not thread-safe.
class GraphEditor {
 public:
  explicit GraphEditor(graph::Graph& graph);

  // Nodes that were removed are still in it until Finish.
  const graph::Graph& graph() const { return graph_; }
  int node_count() const { return static_cast<int>(graph_.nodes.size()); }
  const graph::Node& node(int i) const {
    return graph_.nodes[static_cast<size_t>(i)];
  }
  bool alive(int i) const { return alive_[static_cast<size_t>(i)]; }
  const graph::Value& value(graph::ValueId id) const {
    return graph_.value(id);
  }
  // Alive, in ai.onnx, of that type.
  bool Is(int i, std::string_view op_type) const;

  // The node that makes the value; -1 when none does.
  int Producer(graph::ValueId id) const;
  // The node that alone reads the value, once, when it is no graph output.
  int OnlyUser(graph::ValueId id) const;
  // Nodes that read the value, once per use.
  const std::vector<int>& Users(graph::ValueId id) const {
    return users_[static_cast<size_t>(id)];
  }
  bool IsOutput(graph::ValueId id) const {
    return is_output_[static_cast<size_t>(id)];
  }

  void Remove(int i);
  // Puts another node in place i. Its inputs must be available there.
  void Replace(int i, graph::Node node);
  // Lets every reader of `from`, which is no graph output, read `to`.
  void ReplaceUses(graph::ValueId from, graph::ValueId to);
  graph::ValueId AddConstant(std::string_view name, graph::Shape dims,
                             const std::vector<float>& values);
  graph::ValueId AddTensor(std::string_view name, graph::TensorPtr tensor);

  // The elements of a float32 constant; nothing otherwise.
  bool IsFloatConstant(graph::ValueId id) const;
  std::vector<float> Floats(graph::ValueId id) const;
  // The value of a float32 constant of one element.
  std::optional<float> Scalar(graph::ValueId id) const;
  // True when both values certainly have the same shape.
  bool SameShape(graph::ValueId a, graph::ValueId b) const;

  // The input of a two-input node that is not `one`; kNoValue when both are.
  graph::ValueId OtherInput(int i, graph::ValueId one) const;
  // The activation that node i applies to its first input, if it is one that
  // kernels can apply.
  std::optional<Activation> MatchActivation(int i) const;

  // Drops removed nodes; the editor is used up.
  void Finish();

 private:
  void Link(int i);
  void Unlink(int i);
  void DropUnread(graph::ValueId id);

  graph::Graph& graph_;
  std::vector<bool> alive_;
  std::vector<bool> is_output_;
  std::vector<int> producers_;
  std::vector<std::vector<int>> users_;
};

}  // namespace onnxifi

#endif  // ONNXIFI_BACKENDS_COMMON_FUSION_GRAPH_EDITOR_H_
