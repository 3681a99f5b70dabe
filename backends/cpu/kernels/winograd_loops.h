// The loops of the Winograd convolution over a vector type V (kLanes floats,
// one channel block). Included by one source file per instruction set, inside
// its own namespace; uses nothing from the standard library, whose inline
// functions would otherwise be compiled for that instruction set and could
// be shared with code that must run without it.

// Points of the interpolation: 0, +-p, +-q and infinity. 0.625 and 1.5 give
// half the rounding error of the textbook's 1 and 2.
constexpr float kP = 0.625f;
constexpr float kQ = 1.5f;
constexpr float kP2 = kP * kP;
constexpr float kQ2 = kQ * kQ;

// One dimension of the input transform of F(4,3): 6 values in place.
template <typename V>
inline void InputTransform6(V* d) {
  const V p2q2 = V::Set(kP2 * kQ2);
  const V sum = V::Set(-(kP2 + kQ2));
  const V even_q = V::Fma(V::Set(-kQ2), d[2], d[4]);
  const V odd_q = V::Mul(V::Set(kP), V::Fma(V::Set(-kQ2), d[1], d[3]));
  const V even_p = V::Fma(V::Set(-kP2), d[2], d[4]);
  const V odd_p = V::Mul(V::Set(kQ), V::Fma(V::Set(-kP2), d[1], d[3]));
  const V first = V::Fma(p2q2, d[0], V::Fma(sum, d[2], d[4]));
  const V last = V::Fma(p2q2, d[1], V::Fma(sum, d[3], d[5]));
  d[0] = first;
  d[1] = V::Add(even_q, odd_q);
  d[2] = V::Sub(even_q, odd_q);
  d[3] = V::Add(even_p, odd_p);
  d[4] = V::Sub(even_p, odd_p);
  d[5] = last;
}

// One dimension of the input transform of F(2,3): 4 values in place.
template <typename V>
inline void InputTransform4(V* d) {
  const V first = V::Sub(d[0], d[2]);
  const V plus = V::Add(d[1], d[2]);
  const V minus = V::Sub(d[2], d[1]);
  const V last = V::Sub(d[1], d[3]);
  d[0] = first;
  d[1] = plus;
  d[2] = minus;
  d[3] = last;
}

// One dimension of the output transform of F(4,3): 6 values to 4.
template <typename V>
inline void OutputTransform6(const V* m, V* y) {
  const V s1 = V::Add(m[1], m[2]);
  const V d1 = V::Sub(m[1], m[2]);
  const V s2 = V::Add(m[3], m[4]);
  const V d2 = V::Sub(m[3], m[4]);
  y[0] = V::Add(m[0], V::Add(s1, s2));
  y[1] = V::Fma(V::Set(kQ), d2, V::Mul(V::Set(kP), d1));
  y[2] = V::Fma(V::Set(kQ2), s2, V::Mul(V::Set(kP2), s1));
  y[3] = V::Fma(V::Set(kQ2 * kQ), d2, V::Fma(V::Set(kP2 * kP), d1, m[5]));
}

// One dimension of the output transform of F(2,3): 4 values to 2.
template <typename V>
inline void OutputTransform4(const V* m, V* y) {
  y[0] = V::Add(m[0], V::Add(m[1], m[2]));
  y[1] = V::Sub(V::Sub(m[1], m[2]), m[3]);
}

template <typename V, int kM>
inline void InputTransform(V* d) {
  if constexpr (kM == 4) {
    InputTransform6(d);
  } else {
    InputTransform4(d);
  }
}

template <typename V, int kM>
inline void OutputTransform(const V* m, V* y) {
  if constexpr (kM == 4) {
    OutputTransform6(m, y);
  } else {
    OutputTransform4(m, y);
  }
}

// Where a tile lies.
struct TilePlace {
  int64_t image, row, column;  // of the tile
};

inline TilePlace PlaceOf(const WinogradPlan& plan, int64_t tile) {
  const int64_t per_image = plan.tiles_h * plan.tiles_w;
  const int64_t in_image = tile % per_image;
  return {tile / per_image, in_image / plan.tiles_w, in_image % plan.tiles_w};
}

// Reads one channel block of a tile's input, zeros outside the image.
template <typename V, int kA>
inline void LoadTile(const float* src, int64_t h, int64_t w, int64_t y0,
                     int64_t x0, V (*d)[kA]) {
  const bool inside = y0 >= 0 && x0 >= 0 && y0 + kA <= h && x0 + kA <= w;
  for (int i = 0; i < kA; ++i) {
    const int64_t y = y0 + i;
    const bool row_in = y >= 0 && y < h;
    for (int j = 0; j < kA; ++j) {
      const int64_t x = x0 + j;
      d[i][j] = inside || (row_in && x >= 0 && x < w)
                    ? V::Load(src + (y * w + x) * V::kLanes)
                    : V::Set(0.0f);
    }
  }
}

// v[position][tile in group][channel]
template <typename V, int kM>
void InputTiles(const WinogradCall& call, int64_t first, int64_t begin,
                int64_t end, float* v) {
  constexpr int kA = kM + 2;
  const WinogradShape& s = *call.shape;
  const WinogradPlan& p = *call.plan;
  const int64_t channels = p.in_blocks * V::kLanes;
  const int64_t position_stride = p.group * channels;
  const int64_t plane = s.in_h * s.in_w * V::kLanes;
  for (int64_t t = begin; t < end; ++t) {
    const TilePlace at = PlaceOf(p, first + t);
    const int64_t y0 = at.row * kM - s.pad_top;
    const int64_t x0 = at.column * kM - s.pad_left;
    for (int64_t ib = 0; ib < p.in_blocks; ++ib) {
      V d[kA][kA];
      LoadTile<V, kA>(call.src + (at.image * p.in_blocks + ib) * plane, s.in_h,
                      s.in_w, y0, x0, d);
      for (int j = 0; j < kA; ++j) {  // columns, then rows
        V column[kA];
        for (int i = 0; i < kA; ++i) column[i] = d[i][j];
        InputTransform<V, kM>(column);
        for (int i = 0; i < kA; ++i) d[i][j] = column[i];
      }
      float* out = v + t * channels + ib * V::kLanes;
      for (int i = 0; i < kA; ++i) {
        InputTransform<V, kM>(d[i]);
        for (int j = 0; j < kA; ++j) {
          V::Store(out + (i * kA + j) * position_stride, d[i][j]);
        }
      }
    }
  }
}

// kRows x (kVectors channel blocks) of the products, full sum over channels.
template <typename V, int kRows, int kVectors>
inline void MultiplyTile(const float* v, int64_t v_stride, const float* u,
                         int64_t channels, float* out, int64_t out_stride) {
  VectorTile<V, kRows, kVectors> sums;
  sums.Clear();
  VectorRow<V, kVectors> weight;
  for (int64_t k = 0; k < channels; ++k) {
    weight.Load(u);
    u += kVectors * V::kLanes;
    sums.Step(v + k, v_stride, weight);
  }
  sums.Store(out, out_stride);
}

template <typename V, int kRows, int kVectors>
inline void MultiplyRest(int64_t rows, const float* v, int64_t v_stride,
                         const float* u, int64_t channels, float* out,
                         int64_t out_stride) {
  if constexpr (kRows > 0) {
    if (rows == kRows) {
      MultiplyTile<V, kRows, kVectors>(v, v_stride, u, channels, out,
                                       out_stride);
    } else {
      MultiplyRest<V, kRows - 1, kVectors>(rows, v, v_stride, u, channels, out,
                                           out_stride);
    }
  }
}

template <typename V, int kVectors>
void MultiplyRows(int64_t rows, const float* v, int64_t v_stride,
                  const float* u, int64_t channels, float* out,
                  int64_t out_stride) {
  constexpr int kRows = V::kTileRows;
  // Even pieces: 13 rows as 7 + 6 rather than 12 + 1.
  const int64_t pieces = (rows + kRows - 1) / kRows;
  int64_t row = 0;
  for (int64_t piece = 0; piece < pieces; ++piece) {
    const int64_t count = (rows - row + pieces - piece - 1) / (pieces - piece);
    MultiplyRest<V, kRows, kVectors>(count, v + row * v_stride, v_stride, u,
                                     channels, out + row * out_stride,
                                     out_stride);
    row += count;
  }
}

// products[position][tile in group][out channel] = v * u
template <typename V>
void MultiplyPosition(const WinogradCall& call, int64_t rows, int64_t position,
                      int64_t ob_begin, int64_t ob_end, const float* v,
                      float* out) {
  const WinogradPlan& p = *call.plan;
  const int64_t in_channels = p.in_blocks * V::kLanes;
  const int64_t out_channels = p.out_blocks * V::kLanes;
  const float* const v_at = v + position * p.group * in_channels;
  float* const out_at = out + position * p.group * out_channels;
  const float* const u_at =
      call.transformed + position * in_channels * out_channels;
  for (int64_t ob = ob_begin; ob < ob_end; ob += 2) {
    const float* const u = u_at + ob * V::kLanes * in_channels;
    float* const to = out_at + ob * V::kLanes;
    if (ob + 1 < p.out_blocks) {
      MultiplyRows<V, 2>(rows, v_at, in_channels, u, in_channels, to,
                         out_channels);
    } else {
      MultiplyRows<V, 1>(rows, v_at, in_channels, u, in_channels, to,
                         out_channels);
    }
  }
}

template <typename V, int kM>
inline void StoreTile(const WinogradCall& call, const TilePlace& at, int64_t ob,
                      V (*y)[kM]) {
  const WinogradShape& s = *call.shape;
  const WinogradEpilogue& e = *call.epilogue;
  const V lo = V::Set(e.lo);
  const V hi = V::Set(e.hi);
  const bool leaky = e.slope != 1.0f;
  const V bias =
      e.bias != nullptr ? V::Load(e.bias + ob * V::kLanes) : V::Set(0.0f);
  const int64_t plane = s.out_h * s.out_w * V::kLanes;
  const int64_t base = (at.image * call.plan->out_blocks + ob) * plane;
  for (int i = 0; i < kM; ++i) {
    const int64_t row = at.row * kM + i;
    if (row >= s.out_h) break;
    for (int j = 0; j < kM; ++j) {
      const int64_t column = at.column * kM + j;
      if (column >= s.out_w) break;
      const int64_t to = base + (row * s.out_w + column) * V::kLanes;
      V value = V::Add(y[i][j], bias);
      if (e.residual != nullptr) {
        value = V::Add(value, V::Load(e.residual + to));
      }
      value = V::Min(V::Max(value, lo), hi);
      if (leaky) value = V::Leaky(value, V::Set(e.slope));
      V::Store(call.dst + to, value);
    }
  }
}

template <typename V, int kM>
void OutputTiles(const WinogradCall& call, int64_t first, int64_t begin,
                 int64_t end, const float* products) {
  constexpr int kA = kM + 2;
  const WinogradPlan& p = *call.plan;
  const int64_t channels = p.out_blocks * V::kLanes;
  const int64_t position_stride = p.group * channels;
  for (int64_t t = begin; t < end; ++t) {
    const TilePlace at = PlaceOf(p, first + t);
    for (int64_t ob = 0; ob < p.out_blocks; ++ob) {
      const float* const from = products + t * channels + ob * V::kLanes;
      V half[kM][kA];  // rows transformed
      for (int j = 0; j < kA; ++j) {
        V column[kA];
        for (int i = 0; i < kA; ++i) {
          column[i] = V::Load(from + (i * kA + j) * position_stride);
        }
        V out[kM];
        OutputTransform<V, kM>(column, out);
        for (int i = 0; i < kM; ++i) half[i][j] = out[i];
      }
      V y[kM][kM];
      for (int i = 0; i < kM; ++i) OutputTransform<V, kM>(half[i], y[i]);
      StoreTile<V, kM>(call, at, ob, y);
    }
  }
}

template <typename V>
void Input(const WinogradCall& call, int64_t first, int64_t begin, int64_t end,
           float* v) {
  if (call.shape->m == 4) {
    InputTiles<V, 4>(call, first, begin, end, v);
  } else {
    InputTiles<V, 2>(call, first, begin, end, v);
  }
}

template <typename V>
void Output(const WinogradCall& call, int64_t first, int64_t begin, int64_t end,
            const float* products) {
  if (call.shape->m == 4) {
    OutputTiles<V, 4>(call, first, begin, end, products);
  } else {
    OutputTiles<V, 2>(call, first, begin, end, products);
  }
}
