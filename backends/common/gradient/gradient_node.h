#ifndef ONNXIFI_BACKENDS_COMMON_GRADIENT_GRADIENT_NODE_H_
#define ONNXIFI_BACKENDS_COMMON_GRADIENT_GRADIENT_NODE_H_

#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "backends/common/gradient/reverse_pass.h"
#include "backends/common/gradient/scope.h"

namespace onnxifi::gradient {

// Reverse-mode differentiation for one Gradient node: finds the nodes between
// the named tensors, repeats them where the node's inputs are other tensors
// than the named ones, and goes through them from y to the xs. Used once.
class GradientNode {
 public:
  GradientNode(Scope& scope, const graph::Node& node, Names& names,
               size_t node_limit);

  // Appends nodes to the scope that give the node's outputs.
  Status Expand();
  size_t added() const { return emitter_.added(); }

 private:
  Status ReadVariables();
  Status AddVariable(const std::string& name, size_t input, const char* list);
  Status CheckTypes();
  void FindSlice();
  void Repeat();
  void RepeatNode(const graph::Node& node);
  Status GoBack();
  void SetOutputs();
  graph::ValueId Substitute(graph::ValueId id) const;
  bool ReadsSubstituted(const graph::Node& node) const;
  bool IsNamed(graph::ValueId id) const;
  Status Invalid(std::string what) const;

  Scope& scope_;
  const graph::Node& node_;
  Emitter emitter_;
  ReversePass pass_;
  GradientNames names_;

  // One per input: the tensor that is named, and the one that stands for it.
  std::vector<graph::ValueId> named_;
  std::vector<graph::ValueId> variables_;
  std::unordered_set<graph::ValueId> named_set_;
  graph::ValueId y_ = graph::kNoValue;
  // What nodes read instead of a value.
  std::unordered_map<graph::ValueId, graph::ValueId> instead_;
  size_t first_imported_ = 0;  // nodes of the scope from here on
  std::vector<size_t> slice_;  // of the scope, in order of execution
  bool same_shapes_ = true;    // inputs have the shapes of what is named
  bool same_ranks_ = true;     // or the ranks
  std::vector<graph::Node> repeated_;
};

}  // namespace onnxifi::gradient

#endif  // ONNXIFI_BACKENDS_COMMON_GRADIENT_GRADIENT_NODE_H_
