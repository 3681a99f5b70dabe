// Activations of neural networks. Where a function has two branches, the
// argument of an exponential is bounded in the branch that is not taken: an
// infinity there would become NaN in a derivative of the derivative.
#include <numbers>

#include "backends/common/gradient/rule.h"

namespace onnxifi::gradient {

namespace {

using At = const UnaryPoint&;

Var Below(Var x, double bound) { return Binary("Min", x, Number(x, bound)); }

Var LeakyRelu(At p) {
  const float alpha = p.attrs.Float("alpha", 0.01f);
  return Where(Less(p.x, 0), alpha * p.g, p.g);
}

Var Elu(At p) {
  const float alpha = p.attrs.Float("alpha", 1.0f);
  return Where(Less(p.x, 0), p.g * (alpha * Exp(Below(p.x, 0))), p.g);
}

Var Celu(At p) {
  const float alpha = p.attrs.Float("alpha", 1.0f);
  return Where(Less(p.x, 0), p.g * Exp((1.0 / alpha) * Below(p.x, 0)), p.g);
}

Var Selu(At p) {
  const float alpha = p.attrs.Float("alpha", 1.67326319217681884765625f);
  const float gamma = p.attrs.Float("gamma", 1.05070102214813232421875f);
  const Var scaled = static_cast<double>(gamma) * p.g;
  return Where(Greater(p.x, 0), scaled, scaled * (alpha * Exp(Below(p.x, 0))));
}

Var ThresholdedRelu(At p) {
  return Keep(Greater(p.x, p.attrs.Float("alpha", 1.0f)), p.g);
}

// min(max(slope * x + offset, 0), 1): its derivative, and itself as `clipped`.
Var HardSlope(Var x, double slope, double offset) {
  const Var line = slope * x + offset;
  const Var one = Number(x, 1);
  return Keep(And(Greater(line, 0), Less(line, one)), Number(x, slope));
}

Var HardSigmoid(At p) {
  return p.g * HardSlope(p.x, p.attrs.Float("alpha", 0.2f),
                         p.attrs.Float("beta", 0.5f));
}

// x * min(max(x / 6 + 1/2, 0), 1)
Var HardSwish(At p) {
  const Var zero = Number(p.x, 0);
  const Var gate =
      Binary("Min", Number(p.x, 1), Binary("Max", zero, (1.0 / 6) * p.x + 0.5));
  return p.g * (gate + p.x * HardSlope(p.x, 1.0 / 6, 0.5));
}

Var Swish(At p) {
  const float alpha = p.attrs.Float("alpha", 1.0f);
  const Var gate = Sigmoid(alpha * p.x);
  return p.g * (gate + alpha * (p.x * gate * (1.0 - gate)));
}

Var Mish(At p) {
  const Var gate = Tanh(Unary("Softplus", p.x));
  return p.g * (gate + p.x * (1.0 - gate * gate) * Sigmoid(p.x));
}

Var Softsign(At p) {
  const Var bottom = 1.0 + Unary("Abs", p.x);
  return p.g / (bottom * bottom);
}

Var Gelu(At p) {
  using std::numbers::inv_sqrtpi;
  using std::numbers::sqrt2;
  const Var square = p.x * p.x;
  if (p.attrs.String("approximate", "none") == "tanh") {
    constexpr double kCubic = 0.044715;
    constexpr double kScale = sqrt2 * inv_sqrtpi;
    const Var inner = kScale * (p.x * (1.0 + kCubic * square));
    const Var t = Tanh(inner);
    const Var slope = kScale * (1.0 + 3 * kCubic * square);
    return p.g * (0.5 * (1.0 + t + p.x * (1.0 - t * t) * slope));
  }
  const Var area = 0.5 * (1.0 + Unary("Erf", (1 / sqrt2) * p.x));
  const Var density = (inv_sqrtpi / sqrt2) * Exp(-0.5 * square);
  return p.g * (area + p.x * density);
}

// x, slope; the slope broadcasts to x.
Status PRelu(RuleContext& r) {
  const Var g = r.grad(0);
  const Var negative = Less(r.in(0), 0);
  if (r.Wants(0)) r.Give(0, Where(negative, g * r.in(1), g));
  if (r.Wants(1)) r.GiveReduced(1, Keep(negative, g * r.in(0)));
  return Status::Ok();
}

// Bounds are attributes before operator set 11, inputs from then on; with
// crossed bounds the result is the upper one.
Status Clip(RuleContext& r) {
  const Var x = r.in(0);
  const Var g = r.grad(0);
  Var low = r.in(1);
  Var high = r.in(2);
  if (r.opset() < 11) {
    if (r.attrs().Has("min")) low = Number(x, r.attrs().Float("min", 0));
    if (r.attrs().Has("max")) high = Number(x, r.attrs().Float("max", 0));
  }
  Var inner = x;
  Var through = g;
  if (low.valid()) {
    const Var under = Less(x, low);
    inner = Binary("Max", x, low);
    const Var from_low = Keep(under, g);
    through = Drop(under, g);
    if (r.Wants(1)) {
      r.GiveReduced(
          1, high.valid() ? Drop(Greater(inner, high), from_low) : from_low);
    }
  }
  if (high.valid()) {
    const Var over = Greater(inner, high);
    through = Drop(over, through);
    if (r.Wants(2)) r.GiveReduced(2, Keep(over, g));
  }
  if (r.Wants(0)) r.Give(0, through);
  return Status::Ok();
}

// Ratio and training_mode are inputs from operator set 12 on. In training the
// mask says what was kept, scaled by 1 / (1 - ratio).
Status Dropout(RuleContext& r) {
  if (!r.Wants(0)) return Status::Ok();
  const Var g = r.grad(0);
  if (r.opset() < 7 && r.attrs().Int("is_test", 0) == 0) {
    return r.Refuse(
        "in operator sets before 7 only is_test = 1 is possible; use a newer "
        "one");
  }
  const Var training = r.opset() >= 12 ? r.in(2) : r.emitter().None();
  if (!training.valid()) {
    r.Give(0, g);
    return Status::Ok();
  }
  TensorInfo info = r.in(0).info();
  info.type = graph::DataType::kBool;
  const Var mask = r.EnsureOut(1, std::move(info));
  const Var ratio = r.HasIn(1) ? Cast(r.in(1), g.type()) : Number(g, 0.5);
  // A ratio of 1 keeps nothing, whatever the scale.
  const Var used = Keep(training, Keep(Less(ratio, 1), ratio));
  r.Give(0, ReduceTo(Keep(mask, g / (1.0 - used)), r.in(0)));
  return Status::Ok();
}

constexpr Rule kRules[] = {
    {"Sigmoid", nullptr, [](At p) { return p.g * p.y * (1.0 - p.y); }},
    {"Relu", nullptr, [](At p) { return Keep(Greater(p.x, 0), p.g); }},
    {"LeakyRelu", nullptr, &LeakyRelu},
    {"Elu", nullptr, &Elu},
    {"Celu", nullptr, &Celu},
    {"Selu", nullptr, &Selu},
    {"ThresholdedRelu", nullptr, &ThresholdedRelu},
    {"HardSigmoid", nullptr, &HardSigmoid},
    {"HardSwish", nullptr, &HardSwish},
    {"Swish", nullptr, &Swish},
    {"Mish", nullptr, &Mish},
    {"Softplus", nullptr, [](At p) { return p.g * Sigmoid(p.x); }},
    {"Softsign", nullptr, &Softsign},
    {"Gelu", nullptr, &Gelu},
    {"PRelu", &PRelu},
    {"Clip", &Clip},
    {"Dropout", &Dropout},
};

}  // namespace

std::span<const Rule> ActivationRules() { return kRules; }

}  // namespace onnxifi::gradient
