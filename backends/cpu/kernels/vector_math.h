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

template <int L>
ONNXIFI_INLINE float SumLanes(const F<L>& v) {
  float sum = 0;
  for (int i = 0; i < L; ++i) sum += v[i];
  return sum;
}
template <int L>
ONNXIFI_INLINE float MaxLanes(const F<L>& v) {
  float most = v[0];
  for (int i = 1; i < L; ++i) most = v[i] > most ? v[i] : most;
  return most;
}

// e^x, relative error below 2 units in the last place; 0 and infinity beyond
// float's range, NaN stays.
template <int L>
ONNXIFI_INLINE void ExpTo(F<L>& x) {
  const F<L> input = x;
  F<L> low = F<L>{};
  F<L> high = F<L>{};
  Splat<L>(-87.3f, low);
  Splat<L>(88.3f, high);
  MaxTo<L>(x, low);
  MinTo<L>(x, high);
  // Adding 1.5 * 2^23 leaves the nearest integer in the low bits.
  const F<L> shifted = x * 1.44269504f + 12582912.0f;
  const F<L> n = shifted - 12582912.0f;
  const F<L> r = (x - n * 0.693359375f) - n * -2.12194440e-4f;
  F<L> p = r * 1.9875691500e-4f + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + r + 1.0f;
  const I<L> exponent = (__builtin_convertvector(n, I<L>) + 127) << 23;
  const F<L> result = p * (F<L>)exponent;
  F<L> zero = F<L>{};
  F<L> infinity = F<L>{};
  Splat<L>(__builtin_inff(), infinity);
  x = input < low ? zero : result;
  x = input > 88.7228f ? infinity : x;
  x = input == input ? x : input;
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

// tanh by its rational approximation near zero and by exp elsewhere.
template <int L>
ONNXIFI_INLINE void TanhTo(F<L>& x) {
  const F<L> input = x;
  F<L> e = x + x;
  F<L> most = F<L>{};
  Splat<L>(40.0f, most);
  MinTo<L>(e, most);
  ExpTo<L>(e);
  const F<L> far = 1.0f - 2.0f / (e + 1.0f);
  const F<L> z = input * input;
  F<L> p = z * -5.70498872745e-3f + 2.06390887954e-2f;
  p = p * z - 5.37397155531e-2f;
  p = p * z + 1.33314422036e-1f;
  p = p * z - 3.33332819422e-1f;
  const F<L> near = input + input * z * p;
  x = z < 0.390625f ? near : far;
}

// erf, absolute error below 2e-7 (a series near zero, Abramowitz and Stegun
// 7.1.26's form with five terms elsewhere).
template <int L>
ONNXIFI_INLINE void ErfTo(F<L>& x) {
  const F<L> input = x;
  const F<L> a = x < 0.0f ? -x : x;
  const F<L> t = 1.0f / (a * 0.3275911f + 1.0f);
  F<L> p = t * 1.061405429f - 1.453152027f;
  p = p * t + 1.421413741f;
  p = p * t - 0.284496736f;
  p = p * t + 0.254829592f;
  F<L> e = -(a * a);
  ExpTo<L>(e);
  const F<L> far = 1.0f - p * t * e;
  const F<L> z = a * a;
  // Taylor series; 8 terms are exact to float below 0.7.
  F<L> s = z * (-1.0f / 75600.0f) + 1.0f / 9360.0f;
  s = s * z - 1.0f / 1320.0f;
  s = s * z + 1.0f / 216.0f;
  s = s * z - 1.0f / 42.0f;
  s = s * z + 0.1f;
  s = s * z - 1.0f / 3.0f;
  s = s * z + 1.0f;
  const F<L> near = a * s * 1.12837917f;
  const F<L> magnitude = z < 0.3f ? near : far;
  x = input < 0.0f ? -magnitude : magnitude;
  x = input == input ? x : input;
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
