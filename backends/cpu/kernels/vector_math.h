// Vectors of L floats in the compiler's portable form, and functions on them.
// Included inside an anonymous namespace by one file per instruction set: no
// include guard, no other includes, nothing of the standard library.

template <int L>
struct Lanes {
  typedef float F __attribute__((vector_size(L * 4)));
  typedef int32_t I __attribute__((vector_size(L * 4)));
  typedef float Loose
      __attribute__((vector_size(L * 4), aligned(4), may_alias));
};
template <int L>
using F = typename Lanes<L>::F;
template <int L>
using I = typename Lanes<L>::I;

#define ONNXIFI_INLINE inline __attribute__((always_inline))

template <int L>
ONNXIFI_INLINE void Load(const float* p, F<L>& v) {
  v = *reinterpret_cast<const typename Lanes<L>::Loose*>(p);
}
template <int L>
ONNXIFI_INLINE void Store(float* p, const F<L>& v) {
  *reinterpret_cast<typename Lanes<L>::Loose*>(p) = v;
}
template <int L>
ONNXIFI_INLINE void Splat(float x, F<L>& v) {
  v = x - F<L>{};  // exact for -0 too, so compilers only broadcast
}
template <int L>
ONNXIFI_INLINE void LoadPart(const float* p, int64_t count, float fill,
                             F<L>& v) {
  alignas(64) float lanes[L];
  for (int i = 0; i < L; ++i) lanes[i] = i < count ? p[i] : fill;
  Load<L>(lanes, v);
}
template <int L>
ONNXIFI_INLINE void StorePart(float* p, int64_t count, const F<L>& v) {
  alignas(64) float lanes[L];
  Store<L>(lanes, v);
  for (int64_t i = 0; i < count; ++i) p[i] = lanes[i];
}

// A NaN in `a` survives both.
template <int L>
ONNXIFI_INLINE void MaxTo(F<L>& a, const F<L>& b) {
  a = a < b ? b : a;
}
template <int L>
ONNXIFI_INLINE void MinTo(F<L>& a, const F<L>& b) {
  a = a > b ? b : a;
}

// The halves of a vector, for reductions in few steps.
template <int L>
ONNXIFI_INLINE void Halves(const F<L>& v, F<L / 2>& low, F<L / 2>& high) {
  alignas(64) float lanes[L];
  Store<L>(lanes, v);
  Load<L / 2>(lanes, low);
  Load<L / 2>(lanes + L / 2, high);
}

template <int L>
ONNXIFI_INLINE float SumLanes(const F<L>& v) {
  F<L / 2> low = F<L / 2>{}, high = low;
  Halves<L>(v, low, high);
  low += high;
  if constexpr (L > 4) {
    return SumLanes<L / 2>(low);
  } else {
    return low[0] + low[1];
  }
}
template <int L>
ONNXIFI_INLINE float MaxLanes(const F<L>& v) {
  F<L / 2> low = F<L / 2>{}, high = low;
  Halves<L>(v, low, high);
  MaxTo<L / 2>(low, high);
  if constexpr (L > 4) {
    return MaxLanes<L / 2>(low);
  } else {
    return low[0] < low[1] ? low[1] : low[0];
  }
}

// e^x, relative error below 2 units in the last place; 0 below -86.98 and
// infinity beyond float's range, NaN stays. kNotPositive: no x is above 0.
template <int L, bool kNotPositive = false>
ONNXIFI_INLINE void ExpTo(F<L>& x) {
  F<L> low = F<L>{};
  Splat<L>(-87.4f, low);
  MaxTo<L>(x, low);
  if constexpr (!kNotPositive) {
    F<L> high = F<L>{};
    Splat<L>(89.0f, high);
    MinTo<L>(x, high);
  }
  // 1.5 * 2^23 leaves the nearest integer in the low bits; 126 makes it the
  // biased exponent of half the power of two, which cannot overflow.
  const float magic = 12582912.0f + 126.0f;
  const F<L> shifted = x * 1.44269504f + magic;
  const F<L> n = shifted - magic;
  const F<L> r = (x - n * 0.693359375f) - n * -2.12194440e-4f;
  F<L> p = r * 1.9875691500e-4f + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + r + 1.0f;
  const F<L> half = p * (F<L>)((I<L>)shifted << 23);
  x = half + half;
}

// Natural logarithm of positive normal numbers.
template <int L>
ONNXIFI_INLINE void LogTo(F<L>& x) {
  const I<L> bits = (I<L>)x;
  I<L> e = ((bits >> 23) & 0xFF) - 126;
  const I<L> mantissa = (bits & 0x007FFFFF) | 0x3F000000;
  F<L> m = (F<L>)mantissa;
  const I<L> small = m < 0.70710678f;
  e += small;  // a true lane is -1
  m = (small ? m + m : m) - 1.0f;
  const F<L> z = m * m;
  F<L> p = m * 7.0376836292e-2f - 1.1514610310e-1f;
  p = p * m + 1.1676998740e-1f;
  p = p * m - 1.2420140846e-1f;
  p = p * m + 1.4249322787e-1f;
  p = p * m - 1.6668057665e-1f;
  p = p * m + 2.0000714765e-1f;
  p = p * m - 2.4999993993e-1f;
  p = p * m + 3.3333331174e-1f;
  const F<L> n = __builtin_convertvector(e, F<L>);
  F<L> y = p * m * z + n * -2.12194440e-4f - z * 0.5f;
  x = m + y + n * 0.693359375f;
}

template <int L>
ONNXIFI_INLINE void SigmoidTo(F<L>& x) {
  F<L> e = -x;
  ExpTo<L>(e);
  x = 1.0f / (1.0f + e);
}

// The smaller of |x| and `limit`; NaN stays.
template <int L>
ONNXIFI_INLINE void MagnitudeTo(F<L>& x, float limit) {
  const I<L> bits = (I<L>)x & 0x7FFFFFFF;
  x = (F<L>)bits;
  F<L> most = F<L>{};
  Splat<L>(limit, most);
  MinTo<L>(x, most);
}

// a p / q, at most 1, with the sign of x.
template <int L>
ONNXIFI_INLINE void OddRatioTo(const F<L>& a, const F<L>& p, const F<L>& q,
                               F<L>& x) {
  F<L> ratio = a * p / q;
  F<L> one = F<L>{};
  Splat<L>(1.0f, one);
  MinTo<L>(ratio, one);
  const I<L> sign = (I<L>)x & static_cast<int32_t>(0x80000000U);
  x = (F<L>)((I<L>)ratio | sign);
}

// The same fits as in vector_math-inl.h.
template <int L>
ONNXIFI_INLINE void TanhTo(F<L>& x) {
  F<L> a = x;
  MagnitudeTo<L>(a, 8.947624f);
  const F<L> z = a * a;
  F<L> p = z * -8.4619696e-14f + 5.26774284e-11f;
  p = p * z - 2.02044337e-8f;
  p = p * z + 1.11492627e-5f;
  p = p * z + 3.10347835e-3f;
  p = p * z + 1.30835831e-1f;
  p = p * z + 1.0f;
  F<L> q = z * 2.54544662e-4f + 2.44932789e-2f;
  q = q * z + 4.64169115e-1f;
  q = q * z + 1.0f;
  OddRatioTo<L>(a, p, q, x);
}
template <int L>
ONNXIFI_INLINE void ErfTo(F<L>& x) {
  F<L> a = x;
  MagnitudeTo<L>(a, 3.8307934f);
  const F<L> z = a * a;
  F<L> p = z * -1.23265025e-8f + 4.52217728e-6f;
  p = p * z + 3.73473216e-4f;
  p = p * z + 3.82427033e-3f;
  p = p * z + 5.41546233e-2f;
  p = p * z + 1.85010061e-1f;
  p = p * z + 1.12837923f;
  F<L> q = z * 6.15840618e-5f + 1.29423849e-3f;
  q = q * z + 1.53896036e-2f;
  q = q * z + 1.13757618e-1f;
  q = q * z + 4.97294277e-1f;
  q = q * z + 1.0f;
  OddRatioTo<L>(a, p, q, x);
}

// 1 / sqrt(x) for positive normal x: three Newton steps, error near 1e-7.
template <int L>
ONNXIFI_INLINE void InverseRootTo(F<L>& x) {
  const F<L> half = x * 0.5f;
  F<L> y = (F<L>)(0x5F3759DF - ((I<L>)x >> 1));
  y = y * (1.5f - half * y * y);
  y = y * (1.5f - half * y * y);
  x = y * (1.5f - half * y * y);
}
