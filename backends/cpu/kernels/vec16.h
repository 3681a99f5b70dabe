// The vector type of loops compiled for AVX-512. Included inside the
// namespace of that instruction set, after <immintrin.h>.

// Sixteen floats; one channel block.
struct Vec16 {
  static constexpr int kLanes = 16;
  static constexpr int kTileRows = 14;  // 28 accumulators of 32 registers
  __m512 r;

  static Vec16 Set(float x) { return {_mm512_set1_ps(x)}; }
  static Vec16 Broadcast(const float* p) { return {_mm512_set1_ps(*p)}; }
  static Vec16 Load(const float* p) { return {_mm512_loadu_ps(p)}; }
  static void Store(float* p, Vec16 a) { _mm512_storeu_ps(p, a.r); }
  static Vec16 Add(Vec16 a, Vec16 b) { return {_mm512_add_ps(a.r, b.r)}; }
  static Vec16 Sub(Vec16 a, Vec16 b) { return {_mm512_sub_ps(a.r, b.r)}; }
  static Vec16 Mul(Vec16 a, Vec16 b) { return {_mm512_mul_ps(a.r, b.r)}; }
  static Vec16 Fma(Vec16 a, Vec16 b, Vec16 c) {
    return {_mm512_fmadd_ps(a.r, b.r, c.r)};
  }
  // A NaN in `a` survives: the second operand is returned when unordered.
  static Vec16 Max(Vec16 a, Vec16 b) { return {_mm512_max_ps(b.r, a.r)}; }
  static Vec16 Min(Vec16 a, Vec16 b) { return {_mm512_min_ps(b.r, a.r)}; }
  static Vec16 Leaky(Vec16 a, Vec16 slope) {
    const __mmask16 negative =
        _mm512_cmp_ps_mask(a.r, _mm512_setzero_ps(), _CMP_LT_OQ);
    return {_mm512_mask_mul_ps(a.r, negative, a.r, slope.r)};
  }
};
