#ifndef ONNXIFI_BACKENDS_COMMON_GRADIENT_REVERSE_PASS_H_
#define ONNXIFI_BACKENDS_COMMON_GRADIENT_REVERSE_PASS_H_

#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "backends/common/gradient/rule.h"
#include "backends/common/gradient/scope.h"

namespace onnxifi::gradient {

// Goes through nodes of one graph from their last results back to variables,
// and adds nodes that compute the gradients. Used once, in the order of its
// functions.
class ReversePass final : public RuleContext::Walk {
 public:
  ReversePass(Scope& scope, Emitter& emitter)
      : scope_(scope), emitter_(emitter) {}

  // The tensor is given from outside, whatever makes it; `wanted`: its
  // gradient is asked for.
  void AddVariable(graph::ValueId value, bool wanted);
  // In order of execution. The node must stay where it is.
  void AddNode(graph::Node& node);
  // Adds to the gradient of a value, if it depends on a wanted variable.
  void Contribute(graph::ValueId value, Var gradient) override;
  Status GoBack();
  // Of a variable; kNoValue: no result depends on it.
  graph::ValueId VariableGradient(graph::ValueId variable) const;

  graph::ValueId GradientOf(graph::ValueId value) const override;
  bool Wanted(graph::ValueId value) const override;

 private:
  Status GoThrough(graph::Node& node);
  Status GoThroughIf(const graph::Node& node);
  Result<graph::Graph> BranchGradient(
      const graph::Graph& branch, const graph::Node& node,
      std::span<const graph::ValueId> variables);

  Scope& scope_;
  Emitter& emitter_;
  std::vector<graph::Node*> path_;
  std::unordered_set<graph::ValueId> variables_;
  std::unordered_set<graph::ValueId> active_;  // depend on a wanted variable
  std::unordered_map<graph::ValueId, graph::ValueId> gradients_;
};

}  // namespace onnxifi::gradient

#endif  // ONNXIFI_BACKENDS_COMMON_GRADIENT_REVERSE_PASS_H_
