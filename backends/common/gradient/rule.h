#ifndef ONNXIFI_BACKENDS_COMMON_GRADIENT_RULE_H_
#define ONNXIFI_BACKENDS_COMMON_GRADIENT_RULE_H_

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "backends/common/gradient/expression.h"

namespace onnxifi::gradient {

// One node that a Gradient is taken through: what its rule sees, and where the
// rule puts what it finds. Lives while the rule runs.
class RuleContext {
 public:
  // What the walk over the graph keeps.
  struct Walk {
    virtual ~Walk() = default;
    // kNoValue when nothing depends on the value.
    virtual graph::ValueId GradientOf(graph::ValueId value) const = 0;
    virtual bool Wanted(graph::ValueId value) const = 0;
    virtual void Contribute(graph::ValueId value, Var gradient) = 0;
  };

  // `node` may get additional outputs.
  RuleContext(Emitter& emitter, graph::Node& node, Walk& walk)
      : emitter_(emitter), node_(node), walk_(walk) {}

  Emitter& emitter() { return emitter_; }
  const graph::Node& node() const { return node_; }
  graph::AttrReader attrs() const { return graph::AttrReader(node_); }
  int opset() const { return node_.opset; }

  size_t inputs() const { return node_.inputs.size(); }
  size_t outputs() const { return node_.outputs.size(); }
  bool HasIn(size_t i) const {
    return i < node_.inputs.size() && node_.inputs[i] != graph::kNoValue;
  }
  bool HasOut(size_t i) const {
    return i < node_.outputs.size() && node_.outputs[i] != graph::kNoValue;
  }
  // Invalid when absent.
  Var in(size_t i) {
    return HasIn(i) ? emitter_.Wrap(node_.inputs[i]) : emitter_.None();
  }
  Var out(size_t i) {
    return HasOut(i) ? emitter_.Wrap(node_.outputs[i]) : emitter_.None();
  }
  // Output i, which the node gives from now on if it did not.
  Var EnsureOut(size_t i, TensorInfo info);

  // The gradient of output i; invalid when nothing depends on it.
  Var grad(size_t i) const;
  // Somebody asks for the gradient of input i.
  bool Wants(size_t i) const {
    return HasIn(i) && walk_.Wanted(node_.inputs[i]);
  }
  // Adds to the gradient of input i, in its shape.
  void Give(size_t i, Var gradient) {
    walk_.Contribute(node_.inputs[i], gradient);
  }
  // The same in a shape that input i was broadcast to.
  void GiveReduced(size_t i, Var gradient) {
    Give(i, ReduceTo(gradient, in(i)));
  }

  // The integers of input i when they are constant; of an absent one none.
  bool ConstantInts(size_t i, std::vector<int64_t>* ints) const;

  // Why there is no derivative of this node.
  Status Refuse(std::string why) const;

 private:
  Emitter& emitter_;
  graph::Node& node_;
  Walk& walk_;
};

// What a rule of an elementwise function of input 0 gets: argument, result,
// gradient of the result.
struct UnaryPoint {
  Var x;
  Var y;
  Var g;
  graph::AttrReader attrs;
};

// How gradients go through one operator: exactly one of the functions. They
// are called when the first output has a gradient, or any one if `any_output`.
struct Rule {
  const char* op;
  Status (*rule)(RuleContext& context);
  Var (*unary)(const UnaryPoint& at) = nullptr;
  bool any_output = false;
};

// The families, one file each.
std::span<const Rule> UnaryRules();
std::span<const Rule> ActivationRules();
std::span<const Rule> BinaryRules();
std::span<const Rule> MatrixRules();
std::span<const Rule> ReduceRules();
std::span<const Rule> ShapeRules();
std::span<const Rule> IndexRules();
std::span<const Rule> ConvRules();
std::span<const Rule> PoolRules();
std::span<const Rule> NormalizationRules();
std::span<const Rule> LossRules();
std::span<const Rule> InternalRules();

// Null when the operator has none.
const Rule* FindRule(const graph::Node& node);
Status ApplyRule(const Rule& rule, RuleContext& context);

}  // namespace onnxifi::gradient

#endif  // ONNXIFI_BACKENDS_COMMON_GRADIENT_RULE_H_
