#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

#include "backends/cpu/kernels/unary_kernel.h"

namespace onnxifi::cpu {

namespace {

// Float64 is rare in models: one plain loop per operator.
template <UnaryOp op>
double Apply(double x, const UnaryParams& p) {
  const double alpha = p.alpha;
  const double beta = p.beta;
  const auto unit = [](double v) { return v < 0 ? 0 : (v > 1 ? 1 : v); };
  const auto sigmoid = [](double v) { return 1 / (1 + std::exp(-v)); };
  const auto softplus = [](double v) {
    return std::max(v, 0.0) + std::log1p(std::exp(-std::fabs(v)));
  };
  if constexpr (op == UnaryOp::kAbs) return std::fabs(x);
  if constexpr (op == UnaryOp::kNeg) return -x;
  if constexpr (op == UnaryOp::kSign) return x > 0 ? 1 : (x < 0 ? -1 : x * 0);
  if constexpr (op == UnaryOp::kRelu) return x < 0 ? 0 : x;
  if constexpr (op == UnaryOp::kSqrt) return std::sqrt(x);
  if constexpr (op == UnaryOp::kReciprocal) return 1 / x;
  if constexpr (op == UnaryOp::kExp) return std::exp(x);
  if constexpr (op == UnaryOp::kLog) return std::log(x);
  if constexpr (op == UnaryOp::kFloor) return std::floor(x);
  if constexpr (op == UnaryOp::kCeil) return std::ceil(x);
  if constexpr (op == UnaryOp::kRound) return std::nearbyint(x);
  if constexpr (op == UnaryOp::kErf) return std::erf(x);
  if constexpr (op == UnaryOp::kSin) return std::sin(x);
  if constexpr (op == UnaryOp::kCos) return std::cos(x);
  if constexpr (op == UnaryOp::kTan) return std::tan(x);
  if constexpr (op == UnaryOp::kAsin) return std::asin(x);
  if constexpr (op == UnaryOp::kAcos) return std::acos(x);
  if constexpr (op == UnaryOp::kAtan) return std::atan(x);
  if constexpr (op == UnaryOp::kSinh) return std::sinh(x);
  if constexpr (op == UnaryOp::kCosh) return std::cosh(x);
  if constexpr (op == UnaryOp::kTanh) return std::tanh(x);
  if constexpr (op == UnaryOp::kAsinh) return std::asinh(x);
  if constexpr (op == UnaryOp::kAcosh) return std::acosh(x);
  if constexpr (op == UnaryOp::kAtanh) return std::atanh(x);
  if constexpr (op == UnaryOp::kSigmoid) return sigmoid(x);
  if constexpr (op == UnaryOp::kHardSigmoid) return unit(alpha * x + beta);
  if constexpr (op == UnaryOp::kHardSwish) return x * unit(x / 6 + 0.5);
  if constexpr (op == UnaryOp::kSwish) return x * sigmoid(alpha * x);
  if constexpr (op == UnaryOp::kMish) return x * std::tanh(softplus(x));
  if constexpr (op == UnaryOp::kLeakyRelu) return x < 0 ? alpha * x : x;
  if constexpr (op == UnaryOp::kThresholdedRelu) return x > alpha ? x : 0;
  if constexpr (op == UnaryOp::kElu) return x < 0 ? alpha * std::expm1(x) : x;
  if constexpr (op == UnaryOp::kSelu) {
    return beta * (x <= 0 ? alpha * std::expm1(x) : x);
  }
  if constexpr (op == UnaryOp::kCelu) {
    return x < 0 ? alpha * std::expm1(x / alpha) : x;
  }
  if constexpr (op == UnaryOp::kSoftplus) return softplus(x);
  if constexpr (op == UnaryOp::kSoftsign) return x / (1 + std::fabs(x));
  if constexpr (op == UnaryOp::kGeluErf) {
    return 0.5 * x * (1 + std::erf(x * 0.70710678118654752));
  }
  if constexpr (op == UnaryOp::kGeluTanh) {
    const double inner = 0.79788456080286536 * (x + 0.044715 * x * x * x);
    return 0.5 * x * (1 + std::tanh(inner));
  }
  if constexpr (op == UnaryOp::kAffine) return alpha * x + beta;
  if constexpr (op == UnaryOp::kClamp) {
    return x < alpha ? alpha : (x > beta ? beta : x);
  }
  return x;
}

template <UnaryOp op>
void Loop(const void* in, void* out, int64_t count, const UnaryParams& params) {
  const auto* x = static_cast<const double*>(in);
  auto* y = static_cast<double*>(out);
  for (int64_t i = 0; i < count; ++i) y[i] = Apply<op>(x[i], params);
}

// One entry per operator up to the last one for floating point.
template <size_t... index>
UnaryFn Pick(size_t op, std::index_sequence<index...>) {
  static constexpr UnaryFn kTable[] = {&Loop<static_cast<UnaryOp>(index)>...};
  return kTable[op];
}

}  // namespace

UnaryFn FindDoubleUnary(UnaryOp op) {
  constexpr size_t kOps = static_cast<size_t>(UnaryOp::kClamp) + 1;
  const size_t index = static_cast<size_t>(op);
  return index < kOps ? Pick(index, std::make_index_sequence<kOps>()) : nullptr;
}

}  // namespace onnxifi::cpu
