// The loops of VectorKernels for vectors of kL floats and register tiles of
// kRows x 2 vectors. Included like vector_math.h, after it.

// kR rows times two vectors of columns.
template <int L, int kR>
ONNXIFI_INLINE void GemmRows(const GemmTile& t, const float* a, float* c) {
  F<L> low[kR];
  F<L> high[kR];
  const bool full = t.columns == 2 * L;
#pragma GCC unroll 16
  for (int r = 0; r < kR; ++r) {
    if (t.accumulate) {
      const float* row = c + r * t.c_stride;
      if (full) {
        Load<L>(row, low[r]);
        Load<L>(row + L, high[r]);
      } else {
        LoadPart<L>(row, t.columns, 0.0f, low[r]);
        LoadPart<L>(row + L, t.columns - L, 0.0f, high[r]);
      }
    } else if (t.bias != nullptr) {
      Load<L>(t.bias, low[r]);
      Load<L>(t.bias + L, high[r]);
    } else {
      low[r] = F<L>{};
      high[r] = F<L>{};
    }
  }
  const float* panel = t.panel;
  for (int64_t k = 0; k < t.depth; ++k, panel += t.panel_stride) {
    F<L> b0 = F<L>{};
    F<L> b1 = F<L>{};
    Load<L>(panel, b0);
    Load<L>(panel + L, b1);
#pragma GCC unroll 16
    for (int r = 0; r < kR; ++r) {
      F<L> x = F<L>{};
      Splat<L>(a[r * t.a_stride + k], x);
      low[r] += x * b0;
      high[r] += x * b1;
    }
  }
#pragma GCC unroll 16
  for (int r = 0; r < kR; ++r) {
    float* row = c + r * t.c_stride;
    if (full) {
      Store<L>(row, low[r]);
      Store<L>(row + L, high[r]);
    } else {
      StorePart<L>(row, t.columns < L ? t.columns : L, low[r]);
      StorePart<L>(row + L, t.columns - L, high[r]);
    }
  }
}

// One row: four partial sums hide the latency of the additions.
template <int L>
ONNXIFI_INLINE void GemmOneRow(const GemmTile& t, const float* a, float* c) {
  F<L> low[4] = {};
  F<L> high[4] = {};
  const float* panel = t.panel;
  int64_t k = 0;
  for (; k + 4 <= t.depth; k += 4, panel += 4 * t.panel_stride) {
    __builtin_prefetch(panel + 64 * L);
    __builtin_prefetch(panel + 66 * L);
    __builtin_prefetch(panel + 68 * L);
    __builtin_prefetch(panel + 70 * L);
#pragma GCC unroll 4
    for (int u = 0; u < 4; ++u) {
      F<L> x = F<L>{}, b0 = x, b1 = x;
      Splat<L>(a[k + u], x);
      Load<L>(panel + u * t.panel_stride, b0);
      Load<L>(panel + u * t.panel_stride + L, b1);
      low[u] += x * b0;
      high[u] += x * b1;
    }
  }
  for (; k < t.depth; ++k, panel += t.panel_stride) {
    F<L> x = F<L>{}, b0 = x, b1 = x;
    Splat<L>(a[k], x);
    Load<L>(panel, b0);
    Load<L>(panel + L, b1);
    low[0] += x * b0;
    high[0] += x * b1;
  }
  F<L> l = (low[0] + low[1]) + (low[2] + low[3]);
  F<L> h = (high[0] + high[1]) + (high[2] + high[3]);
  alignas(64) float sums[2 * L];
  Store<L>(sums, l);
  Store<L>(sums + L, h);
  for (int64_t i = 0; i < t.columns; ++i) {
    const float start = t.accumulate        ? c[i]
                        : t.bias != nullptr ? t.bias[i]
                                            : 0.0f;
    c[i] = start + sums[i];
  }
}

template <int L, int kR>
void GemmRest(const GemmTile& t, const float* a, float* c, int64_t rows) {
  if constexpr (kR > 1) {
    if (rows == kR) {
      GemmRows<L, kR>(t, a, c);
    } else {
      GemmRest<L, kR - 1>(t, a, c, rows);
    }
  } else {
    GemmOneRow<L>(t, a, c);
  }
}

template <int L, int kR>
void Gemm(const GemmTile& t) {
  int64_t r = 0;
  for (; r + kR <= t.rows; r += kR) {
    GemmRows<L, kR>(t, t.a + r * t.a_stride, t.c + r * t.c_stride);
  }
  if (r < t.rows) {
    GemmRest<L, kR - 1>(t, t.a + r * t.a_stride, t.c + r * t.c_stride,
                        t.rows - r);
  }
}

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
    ExpTo<L>(v);
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

// First tap inside the tensor and one past the last, for a window at `start`.
struct Taps {
  int64_t begin, end;
};
ONNXIFI_INLINE Taps Inside(int64_t start, int64_t kernel, int64_t dilation,
                           int64_t in) {
  int64_t begin = 0;
  if (start < 0) begin = (-start + dilation - 1) / dilation;
  if (begin > kernel) begin = kernel;
  int64_t end = kernel;
  if (start >= in) {
    end = begin;
  } else if ((in - 1 - start) / dilation + 1 < end) {
    end = (in - 1 - start) / dilation + 1;
  }
  return {begin, end < begin ? begin : end};
}

// Taps that fall inside the padded tensor, for averages that count padding.
ONNXIFI_INLINE int64_t PaddedTaps(const PoolPlane& p, int d, int64_t start) {
  const int64_t room = p.in_dims[d] + p.pad_end[d] - 1 - start;
  if (room < 0) return 0;
  const int64_t taps = room / p.dilation[d] + 1;
  return taps < p.kernel[d] ? taps : p.kernel[d];
}

template <int B, bool kMax>
void Pool(const PoolPlane& p) {
  for (int64_t oz = 0; oz < p.out_dims[0]; ++oz) {
    const int64_t z = oz * p.stride[0] - p.pad[0];
    const Taps tz = Inside(z, p.kernel[0], p.dilation[0], p.in_dims[0]);
    for (int64_t oy = 0; oy < p.out_dims[1]; ++oy) {
      const int64_t y = oy * p.stride[1] - p.pad[1];
      const Taps ty = Inside(y, p.kernel[1], p.dilation[1], p.in_dims[1]);
      float* out = p.out + (oz * p.out_dims[1] + oy) * p.out_dims[2] * B;
      for (int64_t ox = 0; ox < p.out_dims[2]; ++ox, out += B) {
        const int64_t x = ox * p.stride[2] - p.pad[2];
        const Taps tx = Inside(x, p.kernel[2], p.dilation[2], p.in_dims[2]);
        F<B> result = F<B>{};
        Splat<B>(kMax ? -__builtin_inff() : 0.0f, result);
        for (int64_t a = tz.begin; a < tz.end; ++a) {
          for (int64_t b = ty.begin; b < ty.end; ++b) {
            const float* line =
                p.in + (((z + a * p.dilation[0]) * p.in_dims[1] + y +
                         b * p.dilation[1]) *
                            p.in_dims[2] +
                        x) *
                           B;
            for (int64_t c = tx.begin; c < tx.end; ++c) {
              F<B> v = F<B>{};
              Load<B>(line + c * p.dilation[2] * B, v);
              if constexpr (kMax) {
                MaxTo<B>(result, v);
              } else {
                result += v;
              }
            }
          }
        }
        if constexpr (!kMax) {
          const int64_t taps = p.count_padding
                                   ? PaddedTaps(p, 0, z) * PaddedTaps(p, 1, y) *
                                         PaddedTaps(p, 2, x)
                                   : (tz.end - tz.begin) * (ty.end - ty.begin) *
                                         (tx.end - tx.begin);
          result = result / static_cast<float>(taps);
        }
        Store<B>(out, result);
      }
    }
  }
}

void MaxPool(int block, const PoolPlane& plane) {
  if (block == 8) {
    Pool<8, true>(plane);
  } else {
    Pool<16, true>(plane);
  }
}

void AveragePool(int block, const PoolPlane& plane) {
  if (block == 8) {
    Pool<8, false>(plane);
  } else {
    Pool<16, false>(plane);
  }
}

// s^-beta for s > 0.
template <int L>
ONNXIFI_INLINE void PowerTo(F<L>& s, float beta) {
  if (beta == 0.75f) {
    F<L> root = s;  // s^-1/2
    InverseRootTo<L>(root);
    F<L> fourth = s * root;  // s^1/2, then s^-1/4
    InverseRootTo<L>(fourth);
    s = root * fourth;
    return;
  }
  LogTo<L>(s);
  s = s * -beta;
  ExpTo<L>(s);
}

template <int B>
void LrnBlockedOf(const LrnCall& c, int64_t begin, int64_t end) {
  float* squares = c.scratch + c.before;
  for (int64_t i = 0; i < c.before; ++i) c.scratch[i] = 0;
  for (int64_t i = 0; i < c.after + B; ++i) squares[c.channels + i] = 0;
  for (int64_t p = begin; p < end; ++p) {
    const float* in = c.in + p * B;
    float* out = c.out + p * B;
    for (int64_t k = 0; k < c.channels; k += B) {
      F<B> v = F<B>{};
      Load<B>(in + k * c.points, v);
      Store<B>(squares + k, v * v);
    }
    for (int64_t k = 0; k < c.channels; k += B) {
      F<B> sum = F<B>{};
      for (int64_t j = -c.before; j <= c.after; ++j) {
        F<B> v = F<B>{};
        Load<B>(squares + k + j, v);
        sum += v;
      }
      sum = sum * c.scale + c.bias;
      PowerTo<B>(sum, c.beta);
      F<B> v = F<B>{};
      Load<B>(in + k * c.points, v);
      Store<B>(out + k * c.points, v * sum);
    }
  }
}

void LrnBlocked(int block, const LrnCall& call, int64_t begin, int64_t end) {
  if (block == 8) {
    LrnBlockedOf<8>(call, begin, end);
  } else {
    LrnBlockedOf<16>(call, begin, end);
  }
}

template <int L>
void LrnPlain(const LrnCall& c, int64_t begin, int64_t end) {
  for (int64_t p = begin; p < end; p += L) {
    const int64_t count = end - p < L ? end - p : L;
    for (int64_t k = 0; k < c.channels; ++k) {
      const int64_t first = k - c.before < 0 ? 0 : k - c.before;
      const int64_t last =
          k + c.after >= c.channels ? c.channels - 1 : k + c.after;
      F<L> sum = F<L>{};
      F<L> v = F<L>{};
      for (int64_t j = first; j <= last; ++j) {
        LoadPart<L>(c.in + j * c.points + p, count, 0.0f, v);
        sum += v * v;
      }
      sum = sum * c.scale + c.bias;
      PowerTo<L>(sum, c.beta);
      LoadPart<L>(c.in + k * c.points + p, count, 0.0f, v);
      StorePart<L>(c.out + k * c.points + p, count, v * sum);
    }
  }
}

template <int B, int kR, int kBlocks>
ONNXIFI_INLINE void PointConvRows(const PointConvCall& c, int64_t point) {
  F<B> sums[kR][kBlocks];
#pragma GCC unroll 16
  for (int r = 0; r < kR; ++r) {
#pragma GCC unroll 2
    for (int o = 0; o < kBlocks; ++o) Load<B>(c.bias + o * B, sums[r][o]);
  }
  const float* src = c.src + point * B;
  const float* weights = c.weights;
  for (int64_t k = 0; k < c.depth; ++k, weights += kBlocks * B) {
    const float* x = src + c.offsets[k];
    F<B> w[kBlocks];
#pragma GCC unroll 2
    for (int o = 0; o < kBlocks; ++o) Load<B>(weights + o * B, w[o]);
#pragma GCC unroll 16
    for (int r = 0; r < kR; ++r) {
      F<B> v = F<B>{};
      Splat<B>(x[r * B], v);
#pragma GCC unroll 2
      for (int o = 0; o < kBlocks; ++o) sums[r][o] += v * w[o];
    }
  }
  F<B> low = F<B>{};
  F<B> high = F<B>{};
  Splat<B>(c.lo, low);
  Splat<B>(c.hi, high);
#pragma GCC unroll 16
  for (int r = 0; r < kR; ++r) {
#pragma GCC unroll 2
    for (int o = 0; o < kBlocks; ++o) {
      const int64_t at = o * c.block_stride + (point + r) * B;
      F<B> v = sums[r][o];
      if (c.residual != nullptr) {
        F<B> z = F<B>{};
        Load<B>(c.residual + at, z);
        v += z;
      }
      MaxTo<B>(v, low);
      MinTo<B>(v, high);
      Store<B>(c.dst + at, v);
    }
  }
}

template <int B, int kR, int kBlocks>
void PointConvRange(const PointConvCall& c, int64_t begin, int64_t end) {
  int64_t p = begin;
  for (; p + kR <= end; p += kR) PointConvRows<B, kR, kBlocks>(c, p);
  for (; p + 3 <= end; p += 3) PointConvRows<B, 3, kBlocks>(c, p);
  for (; p < end; ++p) PointConvRows<B, 1, kBlocks>(c, p);
}

// `kR` is the number of rows that fill the registers with two blocks of L.
template <int L, int kR>
void PointConv(int block, const PointConvCall& c, int64_t begin, int64_t end) {
  constexpr int kRows = kR > 4 ? kR : 4;
  if (block == 8) {
    if (c.out_blocks == 2) return PointConvRange<8, kRows, 2>(c, begin, end);
    return PointConvRange<8, 2 * kRows, 1>(c, begin, end);
  }
  if (c.out_blocks == 2) return PointConvRange<16, kRows, 2>(c, begin, end);
  return PointConvRange<16, kRows, 1>(c, begin, end);
}

template <int L, int kR>
constexpr VectorKernels MakeKernels() {
  return {2 * L,        kR,           &Gemm<L, kR>,
          &Activate<L>, &Softmax<L>,  &LayerNorm<L>,
          &Moments<L>,  &ScaleRow<L>, &ScaleBlock,
          &MaxPool,     &AveragePool, &PointConv<L, kR>,
          &LrnBlocked,  &LrnPlain<L>};
}
