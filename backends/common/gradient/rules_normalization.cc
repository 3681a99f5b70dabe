// Normalisations.
#include <vector>

#include "backends/common/gradient/rule.h"

namespace onnxifi::gradient {

namespace {

// A vector of one number per channel, to broadcast over [N, C, ...].
Var PerChannel(Var v, size_t rank) {
  std::vector<int64_t> shape(rank - 1, 1);
  shape[0] = -1;
  return Reshape(v, v.emitter->Ints(shape), OfRank(v.type(), rank - 1));
}

// The gradient of such a vector.
Var SumPerChannel(Var g, Var like, size_t rank) {
  std::vector<int64_t> axes = {0};
  for (size_t d = 2; d < rank; ++d) axes.push_back(static_cast<int64_t>(d));
  return ReshapeLike(SumOver(g, axes), like);
}

// With given mean and variance it is linear in x.
Status BatchNormalization(RuleContext& r) {
  const graph::AttrReader attrs = r.attrs();
  const Var x = r.in(0);
  const bool training =
      r.opset() >= 14
          ? attrs.Int("training_mode", 0) != 0
          : (r.opset() < 7 && attrs.Int("is_test", 0) == 0) || r.HasOut(1);
  if (training || attrs.Int("spatial", 1) == 0) {
    return r.Refuse(
        "only its form for inference, per channel, is covered; for training "
        "write it out in basic operators");
  }
  if (x.rank() < 2) {
    return r.Refuse("the rank of its input is not known; declare it");
  }
  const auto rank = static_cast<size_t>(x.rank());
  const Var g = r.grad(0);
  const auto channels = [&](size_t i) {
    return PerChannel(Cast(r.in(i), x.type()), rank);
  };
  const auto give = [&](size_t i, Var gradient) {
    r.Give(i, Cast(SumPerChannel(gradient, r.in(i), rank), r.in(i).type()));
  };
  const double epsilon = attrs.Float("epsilon", 1e-5f);
  const Var inverse = 1.0 / Sqrt(channels(4) + epsilon);
  const Var slope = channels(1) * inverse;
  if (r.Wants(0)) r.Give(0, g * slope);
  if (r.Wants(2)) give(2, g);
  if (r.Wants(3)) give(3, -(g * slope));
  if (!r.Wants(1) && !r.Wants(4)) return Status::Ok();
  const Var along = g * (x - channels(3));
  if (r.Wants(1)) give(1, along * inverse);
  if (r.Wants(4)) give(4, along * (-0.5 * slope * inverse * inverse));
  return Status::Ok();
}

// x made to mean 0 (unless `keeps_mean`) and variance 1 over axes.
struct Normalized {
  Var value;
  Var inverse;  // 1 / deviation
  std::vector<int64_t> axes;
  bool keeps_mean = false;
};

Normalized Normalize(Var x, std::vector<int64_t> axes, double epsilon,
                     bool keeps_mean) {
  const Var centered = keeps_mean ? x : x - MeanOver(x, axes);
  const Var inverse = 1.0 / Sqrt(MeanOver(centered * centered, axes) + epsilon);
  return {centered * inverse, inverse, std::move(axes), keeps_mean};
}

// The gradient of x, given that of its normalised value.
Var ThroughNormalize(const Normalized& n, Var g) {
  const Var along = n.value * MeanOver(g * n.value, n.axes);
  const Var rest = n.keeps_mean ? g : g - MeanOver(g, n.axes);
  return n.inverse * (rest - along);
}

// Over the dimensions from an axis on; scale and bias broadcast.
template <bool kKeepsMean>
Status LayerNormalization(RuleContext& r) {
  const Var x = r.in(0);
  if (r.grad(1).valid() || r.grad(2).valid()) {
    return r.Refuse("its second and third output have no gradient");
  }
  const int64_t axis = r.attrs().Int("axis", -1);
  if (axis < -static_cast<int64_t>(graph::kMaxRank)) {
    return r.Refuse("attribute 'axis' is out of range");
  }
  if (axis >= 0 && x.rank() < 0) {
    return r.Refuse("the rank of its input is not known; declare it");
  }
  std::vector<int64_t> axes;
  for (int64_t a = axis < 0 ? axis : axis - x.rank(); a < 0; ++a) {
    axes.push_back(a);
  }
  if (axes.empty()) return r.Refuse("attribute 'axis' is out of range");
  const Normalized n = Normalize(x, std::move(axes),
                                 r.attrs().Float("epsilon", 1e-5f), kKeepsMean);
  const Var g = r.grad(0);
  if (r.Wants(0)) {
    const Var scale = Cast(r.in(1), x.type());
    r.Give(0, ReduceTo(ThroughNormalize(n, g * scale), x));
  }
  if (r.Wants(1)) r.GiveReduced(1, Cast(g * n.value, r.in(1).type()));
  if (r.Wants(2)) r.GiveReduced(2, Cast(g, r.in(2).type()));
  return Status::Ok();
}

// Over the spatial dimensions; scale and bias per channel.
Status InstanceNormalization(RuleContext& r) {
  const Var x = r.in(0);
  if (x.rank() < 3) {
    return r.Refuse("the rank of its input is not known; declare it");
  }
  const auto rank = static_cast<size_t>(x.rank());
  std::vector<int64_t> axes;
  for (size_t d = 2; d < rank; ++d) axes.push_back(static_cast<int64_t>(d));
  const Normalized n =
      Normalize(x, std::move(axes), r.attrs().Float("epsilon", 1e-5f), false);
  const Var g = r.grad(0);
  if (r.Wants(0)) {
    r.Give(0, ThroughNormalize(n, g * PerChannel(r.in(1), rank)));
  }
  if (r.Wants(1)) r.Give(1, SumPerChannel(g * n.value, r.in(1), rank));
  if (r.Wants(2)) r.Give(2, SumPerChannel(g, r.in(2), rank));
  return Status::Ok();
}

constexpr Rule kRules[] = {
    {"BatchNormalization", &BatchNormalization},
    {"LayerNormalization", &LayerNormalization<false>},
    {"RMSNormalization", &LayerNormalization<true>},
    {"InstanceNormalization", &InstanceNormalization},
};

}  // namespace

std::span<const Rule> NormalizationRules() { return kRules; }

}  // namespace onnxifi::gradient
