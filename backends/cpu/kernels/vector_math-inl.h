// Vector versions of the transcendental functions that neural networks use,
// float32, error of a few units in the last place. Included once per target
// by files that use Highway's foreach_target; every function keeps NaN.

#if defined(ONNXIFI_BACKENDS_CPU_KERNELS_VECTOR_MATH_INL_H_) == \
    defined(HWY_TARGET_TOGGLE)
#ifdef ONNXIFI_BACKENDS_CPU_KERNELS_VECTOR_MATH_INL_H_
#undef ONNXIFI_BACKENDS_CPU_KERNELS_VECTOR_MATH_INL_H_
#else
#define ONNXIFI_BACKENDS_CPU_KERNELS_VECTOR_MATH_INL_H_
#endif

#include <hwy/highway.h>

#include <limits>

HWY_BEFORE_NAMESPACE();
namespace onnxifi::cpu::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// Horner's rule; coefficients from the highest power down.
template <class D, class V, class... Cs>
HWY_INLINE V Horner(D d, V x, V acc, float c, Cs... rest) {
  const V next = hn::MulAdd(acc, x, hn::Set(d, c));
  if constexpr (sizeof...(rest) == 0) {
    return next;
  } else {
    return Horner(d, x, next, rest...);
  }
}

template <class D, class V>
HWY_INLINE V KeepNan(D, V x, V result) {
  return hn::IfThenElse(hn::IsNaN(x), x, result);
}

// max(x, limit), and limit for NaN.
template <class D, class V>
HWY_INLINE V FloorAt(D d, V x, float limit) {
  const V bound = hn::Set(d, limit);
  return hn::IfThenElse(hn::Gt(x, bound), x, bound);
}

// 2^n for whole n in [-126, 127], given as float.
template <class D, class V>
HWY_INLINE V PowerOfTwo(D d, V n) {
  const hn::Rebind<int32_t, D> di;
  const auto bits = hn::ShiftLeft<23>(
      hn::Add(hn::ConvertTo(di, n), hn::Set(di, int32_t{127})));
  return hn::BitCast(d, bits);
}

// x = n ln2 + r, |r| <= ln2/2; returns e^r - 1.
template <class D, class V>
HWY_INLINE V ReducedExpMinusOne(D d, V x, V* n) {
  *n = hn::Round(hn::Mul(x, hn::Set(d, 1.44269504f)));
  V r = hn::NegMulAdd(*n, hn::Set(d, 0.693359375f), x);
  r = hn::NegMulAdd(*n, hn::Set(d, -2.12194440e-4f), r);
  // Taylor: the next term is below 6e-9 of the result.
  const V p = Horner(d, r, hn::Set(d, 1.0f / 5040), 1.0f / 720, 1.0f / 120,
                     1.0f / 24, 1.0f / 6, 0.5f);
  return hn::MulAdd(hn::Mul(r, r), p, r);
}

template <class D, class V>
HWY_INLINE V Exp(D d, V x) {
  // Outside this interval the result is infinite or zero.
  const V clamped = hn::Min(FloorAt(d, x, -105.0f), hn::Set(d, 90.0f));
  V n;
  const V p = ReducedExpMinusOne(d, clamped, &n);
  // Two factors, as 2^n itself may not be a normal number.
  const V half = hn::Floor(hn::Mul(n, hn::Set(d, 0.5f)));
  const V scaled = hn::Mul(hn::Add(p, hn::Set(d, 1.0f)), PowerOfTwo(d, half));
  return KeepNan(d, x, hn::Mul(scaled, PowerOfTwo(d, hn::Sub(n, half))));
}

// e^x - 1 for x <= 0.
template <class D, class V>
HWY_INLINE V ExpMinusOneNegative(D d, V x) {
  const V one = hn::Set(d, 1.0f);
  V n;
  const V clamped = hn::Min(FloorAt(d, x, -40.0f), hn::Zero(d));
  const V p = ReducedExpMinusOne(d, clamped, &n);
  const V scale = PowerOfTwo(d, n);
  return KeepNan(d, x, hn::MulAdd(scale, p, hn::Sub(scale, one)));
}

template <class D, class V>
HWY_INLINE V Log(D d, V x) {
  const hn::Rebind<int32_t, D> di;
  const V one = hn::Set(d, 1.0f);
  // Subnormal numbers are scaled by 2^25 into the normal range.
  const auto tiny = hn::Lt(x, hn::Set(d, 1.17549435e-38f));
  const V y = hn::IfThenElse(tiny, hn::Mul(x, hn::Set(d, 33554432.0f)), x);
  // y = m 2^k with m in [sqrt(1/2), sqrt(2)).
  const auto bits = hn::BitCast(di, y);
  const auto shifted = hn::Add(bits, hn::Set(di, 0x3F800000 - 0x3F3504F3));
  const auto k_int =
      hn::Sub(hn::ShiftRight<23>(shifted), hn::Set(di, int32_t{127}));
  const V m =
      hn::BitCast(d, hn::Add(hn::And(shifted, hn::Set(di, int32_t{0x7FFFFF})),
                             hn::Set(di, int32_t{0x3F3504F3})));
  V k = hn::ConvertTo(d, k_int);
  k = hn::Sub(k, hn::IfThenElseZero(tiny, hn::Set(d, 25.0f)));
  // log(1+f) = f - (h - s (h + R(s^2))), s = f/(2+f), h = f^2/2.
  const V f = hn::Sub(m, one);
  const V s = hn::Div(f, hn::Add(f, hn::Set(d, 2.0f)));
  const V z = hn::Mul(s, s);
  const V r = hn::Mul(z, Horner(d, z, hn::Set(d, 0.235851765f), 0.285371572f,
                                0.400003374f, 0.666666627f));
  const V h = hn::Mul(hn::Mul(f, f), hn::Set(d, 0.5f));
  const V low =
      hn::MulAdd(k, hn::Set(d, -2.12194440e-4f), hn::Mul(s, hn::Add(h, r)));
  V result =
      hn::MulAdd(k, hn::Set(d, 0.693359375f), hn::Sub(f, hn::Sub(h, low)));
  const V inf = hn::Set(d, std::numeric_limits<float>::infinity());
  result = hn::IfThenElse(hn::Eq(x, inf), inf, result);
  result = hn::IfThenElse(hn::Eq(x, hn::Zero(d)), hn::Neg(inf), result);
  const V nan = hn::Set(d, std::numeric_limits<float>::quiet_NaN());
  result = hn::IfThenElse(hn::Lt(x, hn::Zero(d)), nan, result);
  return KeepNan(d, x, result);
}

// log(1 + t) for t in [0, 1]: the rounding error of 1 + t is corrected.
template <class D, class V>
HWY_INLINE V LogOnePlusUnit(D d, V t) {
  const V one = hn::Set(d, 1.0f);
  const V u = hn::Add(one, t);
  const V lost = hn::Sub(t, hn::Sub(u, one));
  return hn::Add(Log(d, u), hn::Div(lost, u));
}

template <class D, class V>
HWY_INLINE V Tanh(D d, V x) {
  const V one = hn::Set(d, 1.0f);
  const V a = hn::Abs(x);
  const V z = hn::Mul(x, x);
  const V p = Horner(d, z, hn::Set(d, -5.70497848e-3f), 2.06390787e-2f,
                     -5.37397117e-2f, 1.33314416e-1f, -3.33332807e-1f);
  const V small = hn::MulAdd(hn::Mul(p, z), x, x);
  const V e = Exp(d, hn::Add(a, a));
  const V big = hn::Sub(one, hn::Div(hn::Set(d, 2.0f), hn::Add(e, one)));
  const V result = hn::IfThenElse(hn::Lt(a, hn::Set(d, 0.625f)), small,
                                  hn::CopySign(big, x));
  return KeepNan(d, x, result);
}

template <class D, class V>
HWY_INLINE V Sigmoid(D d, V x) {
  const V one = hn::Set(d, 1.0f);
  return hn::Div(one, hn::Add(one, Exp(d, hn::Neg(x))));
}

template <class D, class V>
HWY_INLINE V Erf(D d, V x) {
  const V a = hn::Abs(x);
  const V z = hn::Mul(x, x);
  const V small =
      hn::Mul(x, Horner(d, z, hn::Set(d, 7.85385782e-5f), -8.01019254e-4f,
                        5.18832775e-3f, -2.6853811e-2f, 1.12835854e-1f,
                        -3.7612626e-1f, 1.12837911f));
  // log(erfc(a)) as a polynomial; erfc(4.1) is below half a unit of 1.
  const V t = hn::Min(a, hn::Set(d, 4.1f));
  const V log_erfc =
      Horner(d, t, hn::Set(d, -2.24177144e-7f), -1.85025092e-5f, 4.21964593e-4f,
             -4.1386201e-3f, 2.5070833e-2f, -1.08238958e-1f, -6.3336378e-1f,
             -1.12951386f, 1.75578869e-4f);
  const V big = hn::Sub(hn::Set(d, 1.0f), Exp(d, log_erfc));
  const V result =
      hn::IfThenElse(hn::Lt(a, hn::Set(d, 1.0f)), small, hn::CopySign(big, x));
  return KeepNan(d, x, result);
}

}  // namespace onnxifi::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_VECTOR_MATH_INL_H_
