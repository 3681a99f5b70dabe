#include <cmath>
#include <optional>
#include <utility>

#include "backends/common/fusion/passes.h"

namespace onnxifi {

using graph::AttrReader;
using graph::kNoValue;
using graph::Node;
using graph::ValueId;

namespace {

constexpr int kGeluOpset = 20;
constexpr int kHardSwishOpset = 14;
constexpr int kSwishOpset = 24;

bool Near(float value, double target) {
  return std::fabs(static_cast<double>(value) - target) <=
         1e-4 * std::fabs(target);
}

// True when the node only passes its first input on.
bool IsNoOp(const GraphEditor& editor, int i) {
  const Node& n = editor.node(i);
  if (editor.Is(i, "Identity")) return true;
  if (!editor.Is(i, "Dropout")) return false;
  if (n.outputs.size() > 1 && n.outputs[1] != kNoValue) return false;
  if (n.opset < 7) return AttrReader(n).Int("is_test", 0) != 0;
  // Since version 12 an input turns training on; absent means off.
  return n.inputs.size() < 3 || n.inputs[2] == kNoValue;
}

// Puts an activation of one input in place of node i, the last of a pattern.
void ReplaceByActivation(GraphEditor& editor, int i, const char* op_type,
                         int opset, ValueId x, const char* approximate) {
  Node node;
  node.name = editor.node(i).name;
  node.op_type = op_type;
  node.opset = opset;
  node.inputs = {x};
  node.outputs = editor.node(i).outputs;
  if (approximate != nullptr) {
    graph::Attribute attribute;
    attribute.name = "approximate";
    attribute.kind = graph::Attribute::Kind::kString;
    attribute.s = approximate;
    node.attributes.push_back(std::move(attribute));
  }
  editor.Replace(i, std::move(node));
}

// Mul(x, f(x)) with f = Sigmoid or HardSigmoid(1/6, 1/2).
bool FuseGate(GraphEditor& editor, int i) {
  for (size_t k = 0; k < 2; ++k) {
    const Node& mul = editor.node(i);
    if (mul.inputs.size() != 2) return false;
    const int gate = editor.Producer(mul.inputs[k]);
    if (gate < 0 || editor.OnlyUser(mul.inputs[k]) != i) continue;
    const ValueId x = mul.inputs[1 - k];
    if (editor.node(gate).inputs.empty() || editor.node(gate).inputs[0] != x) {
      continue;
    }
    if (editor.Is(gate, "Sigmoid")) {
      editor.Remove(gate);
      ReplaceByActivation(editor, i, "Swish", kSwishOpset, x, nullptr);
      return true;
    }
    const AttrReader attrs(editor.node(gate));
    if (editor.Is(gate, "HardSigmoid") &&
        Near(attrs.Float("alpha", 0.2f), 1.0 / 6.0) &&
        Near(attrs.Float("beta", 0.5f), 0.5)) {
      editor.Remove(gate);
      ReplaceByActivation(editor, i, "HardSwish", kHardSwishOpset, x, nullptr);
      return true;
    }
  }
  return false;
}

// A product with a scalar constant: the other operand and the constant.
struct Scaled {
  ValueId x = kNoValue;
  float factor = 0;
};
std::optional<Scaled> MatchScaled(const GraphEditor& editor, ValueId value) {
  const int i = editor.Producer(value);
  if (i < 0 || editor.node(i).inputs.size() != 2) return std::nullopt;
  const Node& n = editor.node(i);
  if (editor.Is(i, "Mul")) {
    for (size_t k = 0; k < 2; ++k) {
      if (const auto c = editor.Scalar(n.inputs[k])) {
        return Scaled{n.inputs[1 - k], *c};
      }
    }
  }
  if (editor.Is(i, "Div")) {
    const auto c = editor.Scalar(n.inputs[1]);
    if (c && *c != 0) return Scaled{n.inputs[0], 1.0f / *c};
  }
  return std::nullopt;
}

// A sum with a scalar constant.
std::optional<Scaled> MatchShifted(const GraphEditor& editor, ValueId value) {
  const int i = editor.Producer(value);
  if (!editor.Is(i, "Add") || editor.node(i).inputs.size() != 2) {
    return std::nullopt;
  }
  const Node& n = editor.node(i);
  for (size_t k = 0; k < 2; ++k) {
    if (const auto c = editor.Scalar(n.inputs[k])) {
      return Scaled{n.inputs[1 - k], *c};
    }
  }
  return std::nullopt;
}

// erf(x / sqrt 2).
bool IsErfOf(const GraphEditor& editor, ValueId value, ValueId x) {
  const int erf = editor.Producer(value);
  if (!editor.Is(erf, "Erf")) return false;
  const auto inner = MatchScaled(editor, editor.node(erf).inputs[0]);
  return inner && inner->x == x && Near(inner->factor, std::sqrt(0.5));
}

bool IsCube(const GraphEditor& editor, ValueId value, ValueId x) {
  const int pow = editor.Producer(value);
  if (!editor.Is(pow, "Pow") || editor.node(pow).inputs[0] != x) return false;
  const auto exponent = editor.Scalar(editor.node(pow).inputs[1]);
  return exponent && *exponent == 3.0f;
}

// tanh(sqrt(2 / pi) * (x + 0.044715 * x^3)).
bool IsTanhOf(const GraphEditor& editor, ValueId value, ValueId x) {
  const int tanh = editor.Producer(value);
  if (!editor.Is(tanh, "Tanh")) return false;
  const auto outer = MatchScaled(editor, editor.node(tanh).inputs[0]);
  if (!outer || !Near(outer->factor, std::sqrt(2.0 / std::acos(-1.0)))) {
    return false;
  }
  const int sum = editor.Producer(outer->x);
  if (!editor.Is(sum, "Add")) return false;
  const ValueId other = editor.OtherInput(sum, x);
  if (other == kNoValue) return false;
  const auto cube = MatchScaled(editor, other);
  return cube && Near(cube->factor, 0.044715) && IsCube(editor, cube->x, x);
}

// x * 0.5 * (1 + g) in any grouping, with g = erf or tanh of x as above.
// `i` is the outermost product.
bool FuseGelu(GraphEditor& editor, int i) {
  const Node& mul = editor.node(i);
  if (mul.inputs.size() != 2) return false;
  // Collect the factors of up to two products: x, 1 + g, and 0.5.
  std::vector<ValueId> factors;
  double constant = 1;
  for (const ValueId input : mul.inputs) {
    if (const auto c = editor.Scalar(input)) {
      constant *= static_cast<double>(*c);
      continue;
    }
    const int inner = editor.Producer(input);
    if (editor.Is(inner, "Mul") && editor.OnlyUser(input) == i) {
      for (const ValueId v : editor.node(inner).inputs) {
        if (const auto c = editor.Scalar(v)) {
          constant *= static_cast<double>(*c);
        } else {
          factors.push_back(v);
        }
      }
      continue;
    }
    factors.push_back(input);
  }
  if (factors.size() != 2 || !Near(static_cast<float>(constant), 0.5)) {
    return false;
  }
  for (size_t k = 0; k < 2; ++k) {
    const ValueId x = factors[1 - k];
    const auto shifted = MatchShifted(editor, factors[k]);
    if (!shifted || shifted->factor != 1.0f) continue;
    const bool erf = IsErfOf(editor, shifted->x, x);
    if (!erf && !IsTanhOf(editor, shifted->x, x)) continue;
    ReplaceByActivation(editor, i, "Gelu", kGeluOpset, x,
                        erf ? "none" : "tanh");
    return true;
  }
  return false;
}

// Removes what nobody reads any more, from the end to the start.
void RemoveUnread(GraphEditor& editor) {
  for (int i = editor.node_count() - 1; i >= 0; --i) {
    if (!editor.alive(i) || editor.node(i).outputs.size() != 1) continue;
    const ValueId out = editor.node(i).outputs[0];
    if (out != kNoValue && !editor.IsOutput(out) && editor.Users(out).empty()) {
      editor.Remove(i);
    }
  }
}

}  // namespace

void RemoveNoOps(GraphEditor& editor) {
  for (int i = 0; i < editor.node_count(); ++i) {
    if (!editor.alive(i) || !IsNoOp(editor, i)) continue;
    const ValueId from = editor.node(i).outputs[0];
    const ValueId to = editor.node(i).inputs[0];
    if (from == kNoValue || to == kNoValue || editor.IsOutput(from)) continue;
    editor.Remove(i);
    editor.ReplaceUses(from, to);
  }
}

void FuseActivationPatterns(GraphEditor& editor) {
  for (int i = 0; i < editor.node_count(); ++i) {
    if (!editor.Is(i, "Mul") || editor.node(i).opset < 7) continue;
    if (FuseGate(editor, i) || FuseGelu(editor, i)) RemoveUnread(editor);
  }
}

}  // namespace onnxifi
