// Elementwise functions of mathematics.
#include <numbers>

#include "backends/common/gradient/rule.h"

namespace onnxifi::gradient {

namespace {

using At = const UnaryPoint&;

// Constant almost everywhere: no gradient.
Status Nothing(RuleContext&) { return Status::Ok(); }

Status CastRule(RuleContext& r) {
  if (r.Wants(0)) r.Give(0, Cast(r.grad(0), r.in(0).type()));
  return Status::Ok();
}

constexpr Rule kRules[] = {
    {"Identity", nullptr, [](At p) { return p.g; }},
    {"Neg", nullptr, [](At p) { return -p.g; }},
    {"Abs", nullptr, [](At p) { return p.g * Sign(p.x); }},
    {"Exp", nullptr, [](At p) { return p.g * p.y; }},
    {"Log", nullptr, [](At p) { return p.g / p.x; }},
    {"Sqrt", nullptr, [](At p) { return 0.5 * p.g / p.y; }},
    {"Reciprocal", nullptr, [](At p) { return -(p.g * p.y * p.y); }},
    {"Sin", nullptr, [](At p) { return p.g * Unary("Cos", p.x); }},
    {"Cos", nullptr, [](At p) { return -(p.g * Unary("Sin", p.x)); }},
    {"Tan", nullptr, [](At p) { return p.g * (1.0 + p.y * p.y); }},
    {"Asin", nullptr, [](At p) { return p.g / Sqrt(1.0 - p.x * p.x); }},
    {"Acos", nullptr, [](At p) { return -(p.g / Sqrt(1.0 - p.x * p.x)); }},
    {"Atan", nullptr, [](At p) { return p.g / (1.0 + p.x * p.x); }},
    {"Sinh", nullptr, [](At p) { return p.g * Unary("Cosh", p.x); }},
    {"Cosh", nullptr, [](At p) { return p.g * Unary("Sinh", p.x); }},
    {"Tanh", nullptr, [](At p) { return p.g * (1.0 - p.y * p.y); }},
    {"Asinh", nullptr, [](At p) { return p.g / Sqrt(p.x * p.x + 1.0); }},
    {"Acosh", nullptr, [](At p) { return p.g / Sqrt(p.x * p.x - 1.0); }},
    {"Atanh", nullptr, [](At p) { return p.g / (1.0 - p.x * p.x); }},
    {"Erf", nullptr,
     [](At p) {
       return p.g * (2.0 * std::numbers::inv_sqrtpi * Exp(-(p.x * p.x)));
     }},
    {"Cast", &CastRule},
    {"CastLike", &CastRule},
    {"Sign", &Nothing},
    {"Floor", &Nothing},
    {"Ceil", &Nothing},
    {"Round", &Nothing},
};

}  // namespace

std::span<const Rule> UnaryRules() { return kRules; }

}  // namespace onnxifi::gradient
