// Rows: activations, softmax, normalisation, scaling.
// Included inside an anonymous namespace after vector_math.h: no include
// guard, no other includes.

template <int L>
ONNXIFI_INLINE void ActivateTo(const Activation& f, F<L>& x) {
  using Kind = Activation::Kind;
  switch (f.kind) {
    case Kind::kNone:
      return;
    case Kind::kRelu:
      x = x < 0.0f ? x * f.alpha : x;
      return;
    case Kind::kClip: {
      F<L> lo = F<L>{};
      F<L> hi = F<L>{};
      Splat<L>(f.alpha, lo);
      Splat<L>(f.beta, hi);
      MaxTo<L>(x, lo);
      MinTo<L>(x, hi);
      return;
    }
    case Kind::kSigmoid:
      SigmoidTo<L>(x);
      return;
    case Kind::kTanh:
      TanhTo<L>(x);
      return;
    case Kind::kElu: {
      F<L> e = x;
      ExpTo<L>(e);
      x = x < 0.0f ? (e - 1.0f) * f.alpha : x;
      return;
    }
    case Kind::kHardSwish: {
      F<L> s = x * (1.0f / 6.0f) + 0.5f;
      F<L> lo = F<L>{};
      F<L> hi = lo + 1.0f;
      MaxTo<L>(s, lo);
      MinTo<L>(s, hi);
      x = x * s;
      return;
    }
    case Kind::kSwish: {
      F<L> s = x;
      SigmoidTo<L>(s);
      x = x * s;
      return;
    }
    case Kind::kGeluErf: {
      F<L> e = x * 0.70710678f;
      ErfTo<L>(e);
      x = x * 0.5f * (e + 1.0f);
      return;
    }
    case Kind::kGeluTanh: {
      F<L> e = (x + x * x * x * 0.044715f) * 0.79788456f;
      TanhTo<L>(e);
      x = x * 0.5f * (e + 1.0f);
      return;
    }
    case Kind::kSoftplus: {
      F<L> e = x < 0.0f ? x : -x;
      ExpTo<L>(e);
      e = e + 1.0f;
      LogTo<L>(e);
      x = (x < 0.0f ? F<L>{} : x) + e;
      return;
    }
  }
}

template <int L>
void Activate(const Activation& f, const float* x, float* y, int64_t count) {
  int64_t i = 0;
  for (; i + L <= count; i += L) {
    F<L> v = F<L>{};
    Load<L>(x + i, v);
    ActivateTo<L>(f, v);
    Store<L>(y + i, v);
  }
  if (i < count) {
    F<L> v = F<L>{};
    LoadPart<L>(x + i, count - i, 0.0f, v);
    ActivateTo<L>(f, v);
    StorePart<L>(y + i, count - i, v);
  }
}

// Elements [i, i + L) of a softmax row before exp; `fill` beyond the end.
template <int L>
ONNXIFI_INLINE void SoftmaxTerm(const float* x, const float* mask, float scale,
                                int64_t i, int64_t count, F<L>& v) {
  const float fill = -__builtin_inff();
  F<L> m = F<L>{};
  if (i + L <= count) {
    Load<L>(x + i, v);
    if (mask != nullptr) Load<L>(mask + i, m);
    v = v * scale + m;
    return;
  }
  LoadPart<L>(x + i, count - i, 0.0f, v);
  if (mask != nullptr) LoadPart<L>(mask + i, count - i, 0.0f, m);
  v = v * scale + m;
  alignas(64) float lanes[L];
  Store<L>(lanes, v);
  for (int64_t k = count - i; k < L; ++k) lanes[k] = fill;
  Load<L>(lanes, v);
}

template <int L>
ONNXIFI_INLINE void StoreUpTo(float* y, int64_t count, const F<L>& v) {
  if (count >= L) {
    Store<L>(y, v);
  } else {
    StorePart<L>(y, count, v);
  }
}

template <int L>
void Softmax(const float* x, const float* mask, float scale, float* y,
             int64_t count, bool logarithm) {
  F<L> most = F<L>{};
  Splat<L>(-__builtin_inff(), most);
  for (int64_t i = 0; i < count; i += L) {
    F<L> v = F<L>{};
    SoftmaxTerm<L>(x, mask, scale, i, count, v);
    MaxTo<L>(most, v);
  }
  const float peak = MaxLanes<L>(most);
  F<L> sums = F<L>{};
  for (int64_t i = 0; i < count; i += L) {
    F<L> v = F<L>{};
    SoftmaxTerm<L>(x, mask, scale, i, count, v);
    v = v - peak;
    if (logarithm) StoreUpTo<L>(y + i, count - i, v);
    ExpTo<L, true>(v);
    sums += v;
    if (!logarithm) StoreUpTo<L>(y + i, count - i, v);
  }
  const float sum = SumLanes<L>(sums);
  if (logarithm) {
    F<L> log = F<L>{} + sum;
    LogTo<L>(log);
    for (int64_t i = 0; i < count; ++i) y[i] -= log[0];
    return;
  }
  const float inverse = 1.0f / sum;
  for (int64_t i = 0; i < count; ++i) y[i] *= inverse;
}

// Sums of up to `count` values in L lanes.
template <int L>
ONNXIFI_INLINE float RowSum(const float* x, int64_t count) {
  F<L> sums[2] = {};
  int64_t i = 0;
  for (; i + 2 * L <= count; i += 2 * L) {
    F<L> a = F<L>{}, b = a;
    Load<L>(x + i, a);
    Load<L>(x + i + L, b);
    sums[0] += a;
    sums[1] += b;
  }
  float sum = SumLanes<L>(sums[0] + sums[1]);
  for (; i < count; ++i) sum += x[i];
  return sum;
}

template <int L>
ONNXIFI_INLINE float RowSquares(const float* x, float mean, int64_t count) {
  F<L> sums[2] = {};
  int64_t i = 0;
  for (; i + 2 * L <= count; i += 2 * L) {
    F<L> a = F<L>{}, b = a;
    Load<L>(x + i, a);
    Load<L>(x + i + L, b);
    a -= mean;
    b -= mean;
    sums[0] += a * a;
    sums[1] += b * b;
  }
  float sum = SumLanes<L>(sums[0] + sums[1]);
  for (; i < count; ++i) sum += (x[i] - mean) * (x[i] - mean);
  return sum;
}

template <int L>
void LayerNorm(const float* x, const float* gain, const float* shift,
               float epsilon, float* y, int64_t count, float* mean,
               float* inverse_deviation) {
  const float n = static_cast<float>(count);
  const float m = RowSum<L>(x, count) / n;
  const float variance = RowSquares<L>(x, m, count) / n;
  const float inverse = 1.0f / __builtin_sqrtf(variance + epsilon);
  if (mean != nullptr) *mean = m;
  if (inverse_deviation != nullptr) *inverse_deviation = inverse;
  int64_t i = 0;
  for (; i + L <= count; i += L) {
    F<L> v = F<L>{}, g = v, s = v;
    Load<L>(x + i, v);
    v = (v - m) * inverse;
    if (gain != nullptr) {
      Load<L>(gain + i, g);
      v = v * g;
    }
    if (shift != nullptr) {
      Load<L>(shift + i, s);
      v = v + s;
    }
    Store<L>(y + i, v);
  }
  for (; i < count; ++i) {
    const float v = (x[i] - m) * inverse;
    y[i] = v * (gain != nullptr ? gain[i] : 1.0f) +
           (shift != nullptr ? shift[i] : 0.0f);
  }
}

// In pieces, so that each piece's float sums stay exact enough.
template <int L>
void Moments(const float* x, int64_t count, double* mean, double* square_sum) {
  constexpr int64_t kPiece = 4096;
  double sum = 0;
  for (int64_t i = 0; i < count; i += kPiece) {
    const int64_t part = count - i < kPiece ? count - i : kPiece;
    sum += static_cast<double>(RowSum<L>(x + i, part));
  }
  *mean = count > 0 ? sum / static_cast<double>(count) : 0;
  double squares = 0;
  const float m = static_cast<float>(*mean);
  for (int64_t i = 0; i < count; i += kPiece) {
    const int64_t part = count - i < kPiece ? count - i : kPiece;
    squares += static_cast<double>(RowSquares<L>(x + i, m, part));
  }
  *square_sum = squares;
}

template <int L>
void ScaleRow(const float* x, float scale, float shift, float lo, float hi,
              float* y, int64_t count) {
  F<L> low = F<L>{};
  F<L> high = F<L>{};
  Splat<L>(lo, low);
  Splat<L>(hi, high);
  int64_t i = 0;
  for (; i + L <= count; i += L) {
    F<L> v = F<L>{};
    Load<L>(x + i, v);
    v = v * scale + shift;
    MaxTo<L>(v, low);
    MinTo<L>(v, high);
    Store<L>(y + i, v);
  }
  for (; i < count; ++i) {
    float v = x[i] * scale + shift;
    v = v < lo ? lo : v;
    y[i] = v > hi ? hi : v;
  }
}

template <int B>
void ScaleBlockOf(const float* x, const float* scale, const float* shift,
                  float lo, float hi, float* y, int64_t points) {
  F<B> s = F<B>{}, t = s, low = s, high = s;
  Load<B>(scale, s);
  Load<B>(shift, t);
  Splat<B>(lo, low);
  Splat<B>(hi, high);
  for (int64_t p = 0; p < points; ++p) {
    F<B> v = F<B>{};
    Load<B>(x + p * B, v);
    v = v * s + t;
    MaxTo<B>(v, low);
    MinTo<B>(v, high);
    Store<B>(y + p * B, v);
  }
}

void ScaleBlock(int block, const float* x, const float* scale,
                const float* shift, float lo, float hi, float* y,
                int64_t points) {
  if (block == 8) {
    ScaleBlockOf<8>(x, scale, shift, lo, hi, y, points);
  } else {
    ScaleBlockOf<16>(x, scale, shift, lo, hi, y, points);
  }
}
