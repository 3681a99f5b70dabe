// Windows over channel-blocked images: pools and local response
// normalisation.
// Included inside an anonymous namespace after vector_math.h: no include
// guard, no other includes.

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
