// The vector type of loops compiled for AVX2. Included inside the
// namespace of that instruction set, after <immintrin.h>.

// Eight floats; one channel block.
struct Vec8 {
  static constexpr int kLanes = 8;
  static constexpr int kTileRows = 6;  // 12 accumulators of 16 registers
  __m256 r;

  static Vec8 Set(float x) { return {_mm256_set1_ps(x)}; }
  static Vec8 Broadcast(const float* p) { return {_mm256_broadcast_ss(p)}; }
  static Vec8 Load(const float* p) { return {_mm256_loadu_ps(p)}; }
  static void Store(float* p, Vec8 a) { _mm256_storeu_ps(p, a.r); }
  static Vec8 Add(Vec8 a, Vec8 b) { return {_mm256_add_ps(a.r, b.r)}; }
  static Vec8 Sub(Vec8 a, Vec8 b) { return {_mm256_sub_ps(a.r, b.r)}; }
  static Vec8 Mul(Vec8 a, Vec8 b) { return {_mm256_mul_ps(a.r, b.r)}; }
  static Vec8 Fma(Vec8 a, Vec8 b, Vec8 c) {
    return {_mm256_fmadd_ps(a.r, b.r, c.r)};
  }
  // A NaN in `a` survives: the second operand is returned when unordered.
  static Vec8 Max(Vec8 a, Vec8 b) { return {_mm256_max_ps(b.r, a.r)}; }
  static Vec8 Min(Vec8 a, Vec8 b) { return {_mm256_min_ps(b.r, a.r)}; }
  static Vec8 Leaky(Vec8 a, Vec8 slope) {
    return {_mm256_blendv_ps(a.r, _mm256_mul_ps(a.r, slope.r), a.r)};
  }
};
