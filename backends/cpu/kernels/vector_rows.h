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

template <int L>
ONNXIFI_INLINE void StoreUpTo(float* y, int64_t count, const F<L>& v) {
  if (count >= L) {
    Store<L>(y, v);
  } else {
    StorePart<L>(y, count, v);
  }
}

// Reads a softmax row: the input alone, or scaled and with a mask added.
struct PlainTerms {
  const float* x;
  template <int L>
  ONNXIFI_INLINE void Read(int64_t i, F<L>& v) const {
    Load<L>(x + i, v);
  }
  ONNXIFI_INLINE float One(int64_t i) const { return x[i]; }
};
struct MaskedTerms {
  const float* x;
  const float* mask;  // null: nothing is added
  float scale;
  template <int L>
  ONNXIFI_INLINE void Read(int64_t i, F<L>& v) const {
    F<L> m = F<L>{};
    Load<L>(x + i, v);
    if (mask != nullptr) Load<L>(mask + i, m);
    v = v * scale + m;
  }
  ONNXIFI_INLINE float One(int64_t i) const {
    return x[i] * scale + (mask != nullptr ? mask[i] : 0.0f);
  }
};

// The last terms of a row, fewer than L, and -infinity after them.
template <int L, typename Terms>
ONNXIFI_INLINE void ReadRest(const Terms& terms, int64_t i, int64_t count,
                             F<L>& v) {
  alignas(64) float lanes[L];
  for (int k = 0; k < L; ++k) {
    lanes[k] = i + k < count ? terms.One(i + k) : -__builtin_inff();
  }
  Load<L>(lanes, v);
}

// Not counting NaN. One chain of maxima would wait for each of them.
template <int L, typename Terms>
ONNXIFI_INLINE float PeakOfTerms(const Terms& terms, int64_t count) {
  F<L> most[4] = {};
  for (F<L>& m : most) Splat<L>(-__builtin_inff(), m);
  int64_t i = 0;
  F<L> v = F<L>{};
  for (; i + 4 * L <= count; i += 4 * L) {
    for (int k = 0; k < 4; ++k) {
      terms.template Read<L>(i + k * L, v);
      MaxTo<L>(most[k], v);
    }
  }
  for (; i + L <= count; i += L) {
    terms.template Read<L>(i, v);
    MaxTo<L>(most[0], v);
  }
  if (i < count) {
    ReadRest<L>(terms, i, count, v);
    MaxTo<L>(most[1], v);
  }
  MaxTo<L>(most[0], most[1]);
  MaxTo<L>(most[2], most[3]);
  MaxTo<L>(most[0], most[2]);
  return MaxLanes<L>(most[0]);
}

// Writes e^(term - peak), or term - peak, and returns the sum of the powers.
template <int L, bool kLogarithm, typename Terms>
ONNXIFI_INLINE float PowersOfTerms(const Terms& terms, float peak, float* y,
                                   int64_t count) {
  F<L> sums[2] = {};
  int64_t i = 0;
  for (; i + 2 * L <= count; i += 2 * L) {
    F<L> a = F<L>{}, b = a;
    terms.template Read<L>(i, a);
    terms.template Read<L>(i + L, b);
    a -= peak;
    b -= peak;
    if constexpr (kLogarithm) {
      Store<L>(y + i, a);
      Store<L>(y + i + L, b);
    }
    ExpTo<L, true>(a);
    ExpTo<L, true>(b);
    sums[0] += a;
    sums[1] += b;
    if constexpr (!kLogarithm) {
      Store<L>(y + i, a);
      Store<L>(y + i + L, b);
    }
  }
  for (; i < count; i += L) {
    F<L> v = F<L>{};
    if (i + L <= count) {
      terms.template Read<L>(i, v);
    } else {
      ReadRest<L>(terms, i, count, v);
    }
    v -= peak;
    if constexpr (kLogarithm) StoreUpTo<L>(y + i, count - i, v);
    ExpTo<L, true>(v);
    sums[0] += v;
    if constexpr (!kLogarithm) StoreUpTo<L>(y + i, count - i, v);
  }
  return SumLanes<L>(sums[0] + sums[1]);
}

template <int L, typename Terms>
ONNXIFI_INLINE void SoftmaxOfTerms(const Terms& terms, float* y, int64_t count,
                                   bool logarithm) {
  const float peak = PeakOfTerms<L>(terms, count);
  if (logarithm) {
    F<L> log = F<L>{} + PowersOfTerms<L, true>(terms, peak, y, count);
    LogTo<L>(log);
    for (int64_t i = 0; i < count; ++i) y[i] -= log[0];
    return;
  }
  const float sum = PowersOfTerms<L, false>(terms, peak, y, count);
  const float inverse = 1.0f / sum;
  for (int64_t i = 0; i < count; ++i) y[i] *= inverse;
}

template <int L>
void Softmax(const float* x, const float* mask, float scale, float* y,
             int64_t count, bool logarithm) {
  if (mask == nullptr && scale == 1.0f) {
    SoftmaxOfTerms<L>(PlainTerms{x}, y, count, logarithm);
  } else {
    SoftmaxOfTerms<L>(MaskedTerms{x, mask, scale}, y, count, logarithm);
  }
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

// Differences from a value near the mean: their sum tells by how much that
// value misses it.
struct RowDifferences {
  float sum = 0;
  float squares = 0;
};

template <int L>
ONNXIFI_INLINE RowDifferences RowSpread(const float* x, float near,
                                        int64_t count) {
  F<L> sums[2] = {};
  F<L> squares[2] = {};
  int64_t i = 0;
  for (; i + 2 * L <= count; i += 2 * L) {
    F<L> a = F<L>{}, b = a;
    Load<L>(x + i, a);
    Load<L>(x + i + L, b);
    a -= near;
    b -= near;
    sums[0] += a;
    sums[1] += b;
    squares[0] += a * a;
    squares[1] += b * b;
  }
  RowDifferences spread;
  spread.sum = SumLanes<L>(sums[0] + sums[1]);
  spread.squares = SumLanes<L>(squares[0] + squares[1]);
  for (; i < count; ++i) {
    const float d = x[i] - near;
    spread.sum += d;
    spread.squares += d * d;
  }
  return spread;
}

template <int L>
void LayerNorm(const float* x, const float* gain, const float* shift,
               float epsilon, float* y, int64_t count, float* mean,
               float* inverse_deviation) {
  const float n = static_cast<float>(count);
  // The mean is m + low.
  const float m = RowSum<L>(x, count) / n;
  const RowDifferences spread = RowSpread<L>(x, m, count);
  const float low = spread.sum / n;
  float variance = spread.squares / n - low * low;
  variance = variance < 0.0f ? 0.0f : variance;
  const float inverse = 1.0f / __builtin_sqrtf(variance + epsilon);
  if (mean != nullptr) *mean = m + low;
  if (inverse_deviation != nullptr) *inverse_deviation = inverse;
  int64_t i = 0;
  for (; i + L <= count; i += L) {
    F<L> v = F<L>{}, g = v, s = v;
    Load<L>(x + i, v);
    v = ((v - m) - low) * inverse;
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
    const float v = ((x[i] - m) - low) * inverse;
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
  const double n = static_cast<double>(count > 0 ? count : 1);
  const float near = static_cast<float>(sum / n);
  double rest = 0;
  double squares = 0;
  for (int64_t i = 0; i < count; i += kPiece) {
    const int64_t part = count - i < kPiece ? count - i : kPiece;
    const RowDifferences spread = RowSpread<L>(x + i, near, part);
    rest += static_cast<double>(spread.sum);
    squares += static_cast<double>(spread.squares);
  }
  *mean = static_cast<double>(near) + rest / n;
  squares -= rest * rest / n;
  *square_sum = squares < 0 ? 0 : squares;
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

template <int L>
void CentreRow(const float* x, double mean, float scale, float shift, float* y,
               int64_t count) {
  const float high = static_cast<float>(mean);
  const float low = static_cast<float>(mean - static_cast<double>(high));
  int64_t i = 0;
  for (; i + L <= count; i += L) {
    F<L> v = F<L>{};
    Load<L>(x + i, v);
    v = ((v - high) - low) * scale + shift;
    Store<L>(y + i, v);
  }
  for (; i < count; ++i) y[i] = ((x[i] - high) - low) * scale + shift;
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
