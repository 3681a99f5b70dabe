// Elementwise functions of several operands, which broadcast.
#include <vector>

#include "backends/common/gradient/rule.h"

namespace onnxifi::gradient {

namespace {

// Before operator set 7 an attribute places the second operand.
Status RefuseOldBroadcast(const RuleContext& r) {
  if (r.opset() >= 7 || r.attrs().Int("broadcast", 0) == 0) {
    return Status::Ok();
  }
  return r.Refuse(
      "broadcasting as before operator set 7 is not covered; convert the model "
      "to a newer operator set");
}

Status Add(RuleContext& r) {
  ONNXIFI_RETURN_IF_ERROR(RefuseOldBroadcast(r));
  for (size_t i = 0; i < 2; ++i) {
    if (r.Wants(i)) r.GiveReduced(i, r.grad(0));
  }
  return Status::Ok();
}

Status Sub(RuleContext& r) {
  ONNXIFI_RETURN_IF_ERROR(RefuseOldBroadcast(r));
  if (r.Wants(0)) r.GiveReduced(0, r.grad(0));
  if (r.Wants(1)) r.GiveReduced(1, -r.grad(0));
  return Status::Ok();
}

Status Mul(RuleContext& r) {
  ONNXIFI_RETURN_IF_ERROR(RefuseOldBroadcast(r));
  if (r.Wants(0)) r.GiveReduced(0, r.grad(0) * r.in(1));
  if (r.Wants(1)) r.GiveReduced(1, r.grad(0) * r.in(0));
  return Status::Ok();
}

Status Div(RuleContext& r) {
  ONNXIFI_RETURN_IF_ERROR(RefuseOldBroadcast(r));
  const Var part = r.grad(0) / r.in(1);
  if (r.Wants(0)) r.GiveReduced(0, part);
  if (r.Wants(1)) r.GiveReduced(1, -(part * r.out(0)));
  return Status::Ok();
}

// The exponent may have another type, also an integer one. 0^0 is 1 and its
// slope 0: neither 0 * infinity nor the logarithm of 0 may get in.
Status Pow(RuleContext& r) {
  ONNXIFI_RETURN_IF_ERROR(RefuseOldBroadcast(r));
  const Var x = r.in(0);
  const Var g = r.grad(0);
  const Var exponent = Cast(r.in(1), x.type());
  if (r.Wants(0)) {
    const Var none = Equal(exponent, 0);
    const Var lower = Where(none, Number(x, 1), exponent - 1.0);
    r.GiveReduced(0, g * (exponent * Binary("Pow", x, lower)));
  }
  if (r.Wants(1)) {
    const Var base = Where(Greater(x, 0), x, Number(x, 1));
    r.GiveReduced(1, Cast(g * r.out(0) * Log(base), r.in(1).type()));
  }
  return Status::Ok();
}

Status Sum(RuleContext& r) {
  for (size_t i = 0; i < r.inputs(); ++i) {
    if (r.Wants(i)) r.GiveReduced(i, r.grad(0));
  }
  return Status::Ok();
}

Status Mean(RuleContext& r) {
  const Var share = (1.0 / static_cast<double>(r.inputs())) * r.grad(0);
  for (size_t i = 0; i < r.inputs(); ++i) {
    if (r.Wants(i)) r.GiveReduced(i, share);
  }
  return Status::Ok();
}

// Operands that are equally large share the gradient.
Status Extreme(RuleContext& r) {
  const Var y = r.out(0);
  std::vector<Var> hits;
  for (size_t i = 0; i < r.inputs(); ++i) {
    hits.push_back(Cast(Equal(r.in(i), y), y.type()));
  }
  Var count = hits[0];
  for (size_t i = 1; i < hits.size(); ++i) count = count + hits[i];
  const Var share = r.grad(0) / count;
  for (size_t i = 0; i < r.inputs(); ++i) {
    if (r.Wants(i)) r.GiveReduced(i, share * hits[i]);
  }
  return Status::Ok();
}

Status WhereRule(RuleContext& r) {
  if (r.Wants(1)) r.GiveReduced(1, Keep(r.in(0), r.grad(0)));
  if (r.Wants(2)) r.GiveReduced(2, Drop(r.in(0), r.grad(0)));
  return Status::Ok();
}

constexpr Rule kRules[] = {
    {"Add", &Add},         {"Sub", &Sub},     {"Mul", &Mul},
    {"Div", &Div},         {"Pow", &Pow},     {"Sum", &Sum},
    {"Mean", &Mean},       {"Max", &Extreme}, {"Min", &Extreme},
    {"Where", &WhereRule},
};

}  // namespace

std::span<const Rule> BinaryRules() { return kRules; }

}  // namespace onnxifi::gradient
