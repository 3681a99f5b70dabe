#include "backends/common/fusion/activation.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace onnxifi {

namespace {

float Sigmoid(float x) { return 1.0f / (1.0f + std::exp(-x)); }

graph::Attribute FloatAttribute(const char* name, float value) {
  graph::Attribute attribute;
  attribute.name = name;
  attribute.kind = graph::Attribute::Kind::kFloat;
  attribute.f = value;
  return attribute;
}

}  // namespace

float Apply(const Activation& activation, float x) {
  using Kind = Activation::Kind;
  switch (activation.kind) {
    case Kind::kNone:
      return x;
    case Kind::kRelu:
      return x < 0 ? x * activation.alpha : x;
    case Kind::kClip:
      return x < activation.alpha  ? activation.alpha
             : x > activation.beta ? activation.beta
                                   : x;
    case Kind::kSigmoid:
      return Sigmoid(x);
    case Kind::kTanh:
      return std::tanh(x);
    case Kind::kElu:
      return x < 0 ? activation.alpha * std::expm1(x) : x;
    case Kind::kHardSwish:
      return x * std::clamp(x / 6.0f + 0.5f, 0.0f, 1.0f);
    case Kind::kSwish:
      return x * Sigmoid(x);
    case Kind::kGeluErf:
      return 0.5f * x * (1.0f + std::erf(x * 0.70710678f));
    case Kind::kGeluTanh:
      return 0.5f * x *
             (1.0f + std::tanh(0.79788456f * (x + 0.044715f * x * x * x)));
    case Kind::kSoftplus:
      return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x));
  }
  return x;
}

bool KeepsZero(const Activation& activation) {
  return Apply(activation, 0.0f) == 0.0f;
}

std::optional<ClampForm> AsClamp(const Activation& activation) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  switch (activation.kind) {
    case Activation::Kind::kNone:
      return ClampForm{-kInfinity, kInfinity, 1.0f};
    case Activation::Kind::kRelu:
      if (activation.alpha == 0) return ClampForm{0.0f, kInfinity, 1.0f};
      return ClampForm{-kInfinity, kInfinity, activation.alpha};
    case Activation::Kind::kClip:
      return ClampForm{activation.alpha, activation.beta, 1.0f};
    default:
      return std::nullopt;
  }
}

void WriteActivation(const Activation& activation, graph::Node& node) {
  std::erase_if(node.attributes, [](const graph::Attribute& a) {
    return a.name.starts_with("activation");
  });
  graph::Attribute kind;
  kind.name = "activation";
  kind.kind = graph::Attribute::Kind::kInt;
  kind.i = static_cast<int64_t>(activation.kind);
  node.attributes.push_back(std::move(kind));
  node.attributes.push_back(
      FloatAttribute("activation_alpha", activation.alpha));
  node.attributes.push_back(FloatAttribute("activation_beta", activation.beta));
}

Activation ReadActivation(const graph::Node& node) {
  const graph::AttrReader attrs(node);
  Activation activation;
  activation.kind = static_cast<Activation::Kind>(attrs.Int("activation", 0));
  activation.alpha = attrs.Float("activation_alpha", 0.0f);
  activation.beta = attrs.Float("activation_beta", 0.0f);
  return activation;
}

}  // namespace onnxifi
