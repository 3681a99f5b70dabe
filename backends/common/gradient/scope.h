#ifndef ONNXIFI_BACKENDS_COMMON_GRADIENT_SCOPE_H_
#define ONNXIFI_BACKENDS_COMMON_GRADIENT_SCOPE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "graph/graph.h"

namespace onnxifi::gradient {

bool IsGradient(const graph::Node& node);
// The tensors that a Gradient node names; empty for other nodes.
struct GradientNames {
  std::vector<std::string> xs;
  std::vector<std::string> zs;
  std::string y;
};
GradientNames ReadNames(const graph::Node& node);

// A graph whose nodes are looked at one by one, those done so far in
// graph.nodes, and the graphs around it.
class Scope {
 public:
  Scope(graph::Graph& graph, Scope* outer);

  graph::Graph& graph() { return graph_; }
  Scope* outer() { return outer_; }

  // Appends a node.
  void Add(graph::Node node);
  // For a node that has got more outputs.
  void NoteOutputs(size_t index);
  // Index of the node that makes the value; -1: none of this graph.
  int32_t Producer(graph::ValueId id) const;
  // kNoValue when this graph has no value of that name.
  graph::ValueId Find(const std::string& name) const;
  // The same, with values of the graphs around it captured.
  graph::ValueId FindOrCapture(const std::string& name);
  bool IsCaptured(graph::ValueId id) const;
  // Bodies can refer to the value from now on.
  void Publish(graph::ValueId id);

  // Inputs, and what bodies capture; no omitted ones.
  std::vector<graph::ValueId> Reads(const graph::Node& node) const;

 private:
  graph::Graph& graph_;
  Scope* const outer_;
  std::unordered_map<std::string, graph::ValueId> ids_;
  std::vector<int32_t> producers_;
  std::vector<bool> captured_;
};

// A copy of a node's bodies that captures other values: names to new names.
using Renames = std::unordered_map<std::string, std::string>;
void RenameCaptures(const Renames& renames, graph::Node* node);

}  // namespace onnxifi::gradient

#endif  // ONNXIFI_BACKENDS_COMMON_GRADIENT_SCOPE_H_
