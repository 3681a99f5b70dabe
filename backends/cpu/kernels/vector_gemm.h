// Register tiles: matrix products and 1x1 convolutions.
// Included inside an anonymous namespace after vector_math.h: no include
// guard, no other includes.

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
