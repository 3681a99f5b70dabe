#include "backends/cpu/kernels/hwy_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backends/cpu/kernels/unary_float.cc"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include <cmath>

#include "backends/cpu/kernels/unary_kernel.h"
#include "backends/cpu/kernels/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace onnxifi::cpu::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// Applies F to whole vectors; the rest goes through a padded one.
template <class F>
void VectorLoop(const void* in, void* out, int64_t count,
                const UnaryParams& params) {
  const hn::ScalableTag<float> d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  const auto* x = static_cast<const float*>(in);
  auto* y = static_cast<float*>(out);
  int64_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    hn::StoreU(F::Apply(d, hn::LoadU(d, x + i), params), d, y + i);
  }
  if (i == count) return;
  HWY_ALIGN float tail[HWY_MAX_BYTES / sizeof(float)] = {};
  for (int64_t k = i; k < count; ++k) tail[k - i] = x[k];
  hn::Store(F::Apply(d, hn::Load(d, tail), params), d, tail);
  for (int64_t k = i; k < count; ++k) y[k] = tail[k - i];
}

// Limits through which NaN passes on every target, unlike Min and Max.
template <class V>
HWY_INLINE V AtLeast(V limit, V x) {
  return hn::IfThenElse(hn::Lt(x, limit), limit, x);
}
template <class V>
HWY_INLINE V AtMost(V limit, V x) {
  return hn::IfThenElse(hn::Gt(x, limit), limit, x);
}
template <class D>
HWY_INLINE hn::Vec<D> Unit(D d, hn::Vec<D> x) {
  return AtMost(hn::Set(d, 1.0f), AtLeast(hn::Zero(d), x));
}

// One functor per operator; `x` is the vector, `p` the parameters.
#define ONNXIFI_UNARY(name, expression)                         \
  struct name {                                                 \
    template <class D, class V = hn::Vec<D>>                    \
    static HWY_INLINE V Apply(D d, V x, const UnaryParams& p) { \
      (void)d;                                                  \
      (void)p;                                                  \
      expression                                                \
    }                                                           \
  }

ONNXIFI_UNARY(AbsOp, return hn::Abs(x););
ONNXIFI_UNARY(NegOp, return hn::Neg(x););
ONNXIFI_UNARY(SignOp, {
  const V one = hn::CopySign(hn::Set(d, 1.0f), x);
  const V sign = hn::IfThenElse(hn::Eq(x, hn::Zero(d)), hn::Zero(d), one);
  return KeepNan(d, x, sign);
});
ONNXIFI_UNARY(ReluOp, return AtLeast(hn::Zero(d), x););
ONNXIFI_UNARY(SqrtOp, return hn::Sqrt(x););
ONNXIFI_UNARY(ReciprocalOp, return hn::Div(hn::Set(d, 1.0f), x););
ONNXIFI_UNARY(ExpOp, return Exp(d, x););
ONNXIFI_UNARY(LogOp, return Log(d, x););
ONNXIFI_UNARY(FloorOp, return KeepNan(d, x, hn::Floor(x)););
ONNXIFI_UNARY(CeilOp, return KeepNan(d, x, hn::Ceil(x)););
ONNXIFI_UNARY(RoundOp, return KeepNan(d, x, hn::Round(x)););
ONNXIFI_UNARY(ErfOp, return Erf(d, x););
ONNXIFI_UNARY(TanhOp, return Tanh(d, x););
ONNXIFI_UNARY(SigmoidOp, return Sigmoid(d, x););
ONNXIFI_UNARY(HardSigmoidOp, {
  return Unit(d, hn::MulAdd(x, hn::Set(d, p.alpha), hn::Set(d, p.beta)));
});
ONNXIFI_UNARY(HardSwishOp, {
  const V gate = Unit(d, hn::MulAdd(x, hn::Set(d, 1.0f / 6), hn::Set(d, 0.5f)));
  return hn::Mul(x, gate);
});
ONNXIFI_UNARY(SwishOp, {
  return hn::Mul(x, Sigmoid(d, hn::Mul(x, hn::Set(d, p.alpha))));
});
ONNXIFI_UNARY(MishOp, {
  // tanh(log(1 + e)) = n / (n + 2) with n = e (e + 2).
  const V e = Exp(d, AtMost(hn::Set(d, 20.0f), x));
  const V n = hn::Mul(e, hn::Add(e, hn::Set(d, 2.0f)));
  const V gate = hn::Div(n, hn::Add(n, hn::Set(d, 2.0f)));
  return hn::IfThenElse(hn::Gt(x, hn::Set(d, 20.0f)), x, hn::Mul(x, gate));
});
ONNXIFI_UNARY(LeakyReluOp, {
  const V low = hn::Mul(x, hn::Set(d, p.alpha));
  return hn::IfThenElse(hn::Lt(x, hn::Zero(d)), low, x);
});
ONNXIFI_UNARY(ThresholdedReluOp, {
  return hn::IfThenElseZero(hn::Gt(x, hn::Set(d, p.alpha)), x);
});
ONNXIFI_UNARY(EluOp, {
  const V low = hn::Mul(hn::Set(d, p.alpha), ExpMinusOneNegative(d, x));
  return hn::IfThenElse(hn::Lt(x, hn::Zero(d)), low, x);
});
ONNXIFI_UNARY(SeluOp, {
  const V low = hn::Mul(hn::Set(d, p.alpha), ExpMinusOneNegative(d, x));
  return hn::Mul(hn::Set(d, p.beta),
                 hn::IfThenElse(hn::Le(x, hn::Zero(d)), low, x));
});
ONNXIFI_UNARY(CeluOp, {
  const V alpha = hn::Set(d, p.alpha);
  const V low = hn::Mul(alpha, ExpMinusOneNegative(d, hn::Div(x, alpha)));
  return hn::IfThenElse(hn::Lt(x, hn::Zero(d)), low, x);
});
ONNXIFI_UNARY(SoftplusOp, {
  const V t = Exp(d, hn::Neg(hn::Abs(x)));
  return hn::Add(AtLeast(hn::Zero(d), x), LogOnePlusUnit(d, t));
});
ONNXIFI_UNARY(SoftsignOp,
              { return hn::Div(x, hn::Add(hn::Set(d, 1.0f), hn::Abs(x))); });
ONNXIFI_UNARY(GeluErfOp, {
  const V half = hn::Mul(x, hn::Set(d, 0.5f));
  return hn::MulAdd(half, Erf(d, hn::Mul(x, hn::Set(d, 0.70710678f))), half);
});
ONNXIFI_UNARY(GeluTanhOp, {
  const V cube = hn::Mul(hn::Mul(x, x), hn::Mul(x, hn::Set(d, 0.044715f)));
  const V t = Tanh(d, hn::Mul(hn::Set(d, 0.79788456f), hn::Add(x, cube)));
  const V half = hn::Mul(x, hn::Set(d, 0.5f));
  return hn::MulAdd(half, t, half);
});
ONNXIFI_UNARY(AffineOp, {
  return hn::MulAdd(x, hn::Set(d, p.alpha), hn::Set(d, p.beta));
});
ONNXIFI_UNARY(ClampOp, {
  return AtMost(hn::Set(d, p.beta), AtLeast(hn::Set(d, p.alpha), x));
});
#undef ONNXIFI_UNARY

void ApplyFloatUnary(UnaryOp op, const void* in, void* out, int64_t count,
                     const UnaryParams& params) {
  switch (op) {
#define ONNXIFI_CASE(name) \
  case UnaryOp::k##name:   \
    return VectorLoop<name##Op>(in, out, count, params)
    ONNXIFI_CASE(Abs);
    ONNXIFI_CASE(Neg);
    ONNXIFI_CASE(Sign);
    ONNXIFI_CASE(Relu);
    ONNXIFI_CASE(Sqrt);
    ONNXIFI_CASE(Reciprocal);
    ONNXIFI_CASE(Exp);
    ONNXIFI_CASE(Log);
    ONNXIFI_CASE(Floor);
    ONNXIFI_CASE(Ceil);
    ONNXIFI_CASE(Round);
    ONNXIFI_CASE(Erf);
    ONNXIFI_CASE(Tanh);
    ONNXIFI_CASE(Sigmoid);
    ONNXIFI_CASE(HardSigmoid);
    ONNXIFI_CASE(HardSwish);
    ONNXIFI_CASE(Swish);
    ONNXIFI_CASE(Mish);
    ONNXIFI_CASE(LeakyRelu);
    ONNXIFI_CASE(ThresholdedRelu);
    ONNXIFI_CASE(Elu);
    ONNXIFI_CASE(Selu);
    ONNXIFI_CASE(Celu);
    ONNXIFI_CASE(Softplus);
    ONNXIFI_CASE(Softsign);
    ONNXIFI_CASE(GeluErf);
    ONNXIFI_CASE(GeluTanh);
    ONNXIFI_CASE(Affine);
    ONNXIFI_CASE(Clamp);
#undef ONNXIFI_CASE
    default:
      return;
  }
}

}  // namespace onnxifi::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace onnxifi::cpu {

HWY_EXPORT(ApplyFloatUnary);

namespace {

template <UnaryOp op>
void Dispatch(const void* in, void* out, int64_t count,
              const UnaryParams& params) {
  HWY_DYNAMIC_DISPATCH(ApplyFloatUnary)(op, in, out, count, params);
}

// The rarer functions: the C library's are exact enough and fast enough.
template <float (*fn)(float)>
void Library(const void* in, void* out, int64_t count, const UnaryParams&) {
  const auto* x = static_cast<const float*>(in);
  auto* y = static_cast<float*>(out);
  for (int64_t i = 0; i < count; ++i) y[i] = fn(x[i]);
}

}  // namespace

UnaryFn FindFloatUnary(UnaryOp op) {
  switch (op) {
    case UnaryOp::kSin:
      return &Library<&sinf>;
    case UnaryOp::kCos:
      return &Library<&cosf>;
    case UnaryOp::kTan:
      return &Library<&tanf>;
    case UnaryOp::kAsin:
      return &Library<&asinf>;
    case UnaryOp::kAcos:
      return &Library<&acosf>;
    case UnaryOp::kAtan:
      return &Library<&atanf>;
    case UnaryOp::kSinh:
      return &Library<&sinhf>;
    case UnaryOp::kCosh:
      return &Library<&coshf>;
    case UnaryOp::kAsinh:
      return &Library<&asinhf>;
    case UnaryOp::kAcosh:
      return &Library<&acoshf>;
    case UnaryOp::kAtanh:
      return &Library<&atanhf>;
#define ONNXIFI_CASE(name) \
  case UnaryOp::k##name:   \
    return &Dispatch<UnaryOp::k##name>
      ONNXIFI_CASE(Abs);
      ONNXIFI_CASE(Neg);
      ONNXIFI_CASE(Sign);
      ONNXIFI_CASE(Relu);
      ONNXIFI_CASE(Sqrt);
      ONNXIFI_CASE(Reciprocal);
      ONNXIFI_CASE(Exp);
      ONNXIFI_CASE(Log);
      ONNXIFI_CASE(Floor);
      ONNXIFI_CASE(Ceil);
      ONNXIFI_CASE(Round);
      ONNXIFI_CASE(Erf);
      ONNXIFI_CASE(Tanh);
      ONNXIFI_CASE(Sigmoid);
      ONNXIFI_CASE(HardSigmoid);
      ONNXIFI_CASE(HardSwish);
      ONNXIFI_CASE(Swish);
      ONNXIFI_CASE(Mish);
      ONNXIFI_CASE(LeakyRelu);
      ONNXIFI_CASE(ThresholdedRelu);
      ONNXIFI_CASE(Elu);
      ONNXIFI_CASE(Selu);
      ONNXIFI_CASE(Celu);
      ONNXIFI_CASE(Softplus);
      ONNXIFI_CASE(Softsign);
      ONNXIFI_CASE(GeluErf);
      ONNXIFI_CASE(GeluTanh);
      ONNXIFI_CASE(Affine);
      ONNXIFI_CASE(Clamp);
#undef ONNXIFI_CASE
    default:
      return nullptr;
  }
}

}  // namespace onnxifi::cpu
#endif  // HWY_ONCE
