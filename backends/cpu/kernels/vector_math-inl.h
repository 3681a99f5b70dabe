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

// e^x for any x.
template <class D, class V>
HWY_NOINLINE V ExpAnywhere(D d, V x) {
  // Outside this interval the result is infinite or zero.
  const V clamped = hn::Min(FloorAt(d, x, -105.0f), hn::Set(d, 90.0f));
  V n;
  const V p = ReducedExpMinusOne(d, clamped, &n);
  // Two factors, as 2^n itself may not be a normal number.
  const V half = hn::Floor(hn::Mul(n, hn::Set(d, 0.5f)));
  const V scaled = hn::Mul(hn::Add(p, hn::Set(d, 1.0f)), PowerOfTwo(d, half));
  return KeepNan(d, x, hn::Mul(scaled, PowerOfTwo(d, hn::Sub(n, half))));
}

template <class D, class V>
HWY_INLINE V Exp(D d, V x) {
  if (HWY_UNLIKELY(!hn::AllTrue(d, hn::Le(hn::Abs(x), hn::Set(d, 87.0f))))) {
    return ExpAnywhere(d, x);
  }
  // 1.5 * 2^23 leaves the nearest whole number in the low bits, 127 makes it
  // a biased exponent.
  const hn::Rebind<int32_t, D> di;
  const V magic = hn::Set(d, 12582912.0f + 127.0f);
  const V t = hn::MulAdd(x, hn::Set(d, 1.44269504f), magic);
  const V scale = hn::BitCast(d, hn::ShiftLeft<23>(hn::BitCast(di, t)));
  const V n = hn::Sub(t, magic);
  V r = hn::NegMulAdd(n, hn::Set(d, 0.693359375f), x);
  r = hn::NegMulAdd(n, hn::Set(d, -2.12194440e-4f), r);
  const V p =
      Horner(d, r, hn::Set(d, 1.9875691500e-4f), 1.3981999507e-3f,
             8.3334519073e-3f, 4.1665795894e-2f, 1.6666665459e-1f, 0.5f);
  const V e = hn::Add(hn::MulAdd(hn::Mul(r, r), p, r), hn::Set(d, 1.0f));
  return hn::Mul(e, scale);
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

// a times the quotient, at most 1, with the sign of x.
template <class D, class V>
HWY_INLINE V OddRatio(D d, V a, V numerator, V denominator, V x) {
  const V ratio = hn::Div(hn::Mul(a, numerator), denominator);
  const V one = hn::Set(d, 1.0f);
  return hn::CopySign(hn::IfThenElse(hn::Gt(ratio, one), one, ratio), x);
}

// The smaller of |x| and `limit`; NaN stays.
template <class D, class V>
HWY_INLINE V Magnitude(D d, V x, float limit) {
  const V a = hn::Abs(x);
  const V most = hn::Set(d, limit);
  return hn::IfThenElse(hn::Gt(a, most), most, a);
}

// A rational minimax fit of our own; relative error 7e-9 before rounding.
template <class D, class V>
HWY_INLINE V Tanh(D d, V x) {
  const V a = Magnitude(d, x, 8.947624f);
  const V z = hn::Mul(a, a);
  const V p = Horner(d, z, hn::Set(d, -8.4619696e-14f), 5.26774284e-11f,
                     -2.02044337e-8f, 1.11492627e-5f, 3.10347835e-3f,
                     1.30835831e-1f, 1.0f);
  const V q = Horner(d, z, hn::Set(d, 2.54544662e-4f), 2.44932789e-2f,
                     4.64169115e-1f, 1.0f);
  return OddRatio(d, a, p, q, x);
}

template <class D, class V>
HWY_INLINE V Sigmoid(D d, V x) {
  const V one = hn::Set(d, 1.0f);
  return hn::Div(one, hn::Add(one, Exp(d, hn::Neg(x))));
}

// A rational minimax fit of our own; relative error 2e-9 before rounding.
template <class D, class V>
HWY_INLINE V Erf(D d, V x) {
  const V a = Magnitude(d, x, 3.8307934f);
  const V z = hn::Mul(a, a);
  const V p =
      Horner(d, z, hn::Set(d, -1.23265025e-8f), 4.52217728e-6f, 3.73473216e-4f,
             3.82427033e-3f, 5.41546233e-2f, 1.85010061e-1f, 1.12837923f);
  const V q = Horner(d, z, hn::Set(d, 6.15840618e-5f), 1.29423849e-3f,
                     1.53896036e-2f, 1.13757618e-1f, 4.97294277e-1f, 1.0f);
  return OddRatio(d, a, p, q, x);
}

}  // namespace onnxifi::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_VECTOR_MATH_INL_H_
