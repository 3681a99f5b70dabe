// The inner loop of the packed product over a vector type V. Included by one
// source file per instruction set, after vector_tile.h, inside its namespace;
// uses nothing from the standard library.

template <typename V, int kRows, int kVectors>
inline void GemmTile(const GemmBlock& b, int64_t row) {
  VectorTile<V, kRows, kVectors> sums;
  if (b.bias != nullptr) {
    VectorRow<V, kVectors> bias;
    bias.Load(b.bias);
    sums.Fill(bias);
  } else {
    sums.Clear();
  }
  const float* a = b.a + row * b.a_stride;
  const float* panel = b.panel;
  VectorRow<V, kVectors> weight;
  for (int64_t k = 0; k < b.k; ++k) {
    weight.Load(panel);
    panel += kVectors * V::kLanes;
    sums.Step(a + k, b.a_stride, weight);
  }
  if (b.residual != nullptr) {
    sums.AddFrom(b.residual + row * b.c_stride, b.c_stride);
  }
  sums.Store(b.c + row * b.c_stride, b.c_stride);
}

template <typename V, int kRows, int kVectors>
inline void GemmRest(const GemmBlock& b, int64_t row, int64_t rows) {
  if constexpr (kRows > 0) {
    if (rows == kRows) {
      GemmTile<V, kRows, kVectors>(b, row);
    } else {
      GemmRest<V, kRows - 1, kVectors>(b, row, rows);
    }
  }
}

template <typename V, int kVectors>
void GemmRows(const GemmBlock& b) {
  constexpr int kRows = V::kTileRows;
  // Even pieces: 13 rows as 7 + 6 rather than 12 + 1.
  const int64_t pieces = (b.rows + kRows - 1) / kRows;
  int64_t row = 0;
  for (int64_t piece = 0; piece < pieces; ++piece) {
    const int64_t left = pieces - piece;
    const int64_t count = (b.rows - row + left - 1) / left;
    GemmRest<V, kRows, kVectors>(b, row, count);
    row += count;
  }
}
