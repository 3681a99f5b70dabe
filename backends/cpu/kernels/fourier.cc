#include "backends/cpu/kernels/fourier.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace onnxifi::cpu {

namespace {

// exp(sign * 2 pi i k / n)
void Root(int64_t k, int64_t n, double sign, double* re, double* im) {
  const double angle = sign * 2 * std::numbers::pi * static_cast<double>(k) /
                       static_cast<double>(n);
  *re = std::cos(angle);
  *im = std::sin(angle);
}

void Direct(double* values, int64_t n, double sign, double* scratch) {
  double* roots = scratch;
  double* result = scratch + 2 * n;
  for (int64_t k = 0; k < n; ++k) {
    Root(k, n, sign, &roots[2 * k], &roots[2 * k + 1]);
  }
  for (int64_t k = 0; k < n; ++k) {
    double re = 0;
    double im = 0;
    int64_t at = 0;  // k * t modulo n
    for (int64_t t = 0; t < n; ++t) {
      re +=
          values[2 * t] * roots[2 * at] - values[2 * t + 1] * roots[2 * at + 1];
      im +=
          values[2 * t] * roots[2 * at + 1] + values[2 * t + 1] * roots[2 * at];
      at += k;
      if (at >= n) at -= n;
    }
    result[2 * k] = re;
    result[2 * k + 1] = im;
  }
  std::copy_n(result, 2 * n, values);
}

// Splits into even and odd positions while n is even.
void Recurse(double* values, int64_t n, double sign, double* scratch) {
  if (n % 2 != 0 || n < 4) {
    Direct(values, n, sign, scratch);
    return;
  }
  const int64_t half = n / 2;
  for (int64_t i = 0; i < half; ++i) {
    std::copy_n(values + 4 * i, 2, scratch + 2 * i);
    std::copy_n(values + 4 * i + 2, 2, scratch + n + 2 * i);
  }
  std::copy_n(scratch, 2 * n, values);
  Recurse(values, half, sign, scratch);
  Recurse(values + n, half, sign, scratch);
  for (int64_t k = 0; k < half; ++k) {
    double re = 0;
    double im = 0;
    Root(k, n, sign, &re, &im);
    double* even = values + 2 * k;
    double* odd = values + n + 2 * k;
    const double a = odd[0] * re - odd[1] * im;
    const double b = odd[0] * im + odd[1] * re;
    odd[0] = even[0] - a;
    odd[1] = even[1] - b;
    even[0] += a;
    even[1] += b;
  }
}

}  // namespace

int64_t FourierScratch(int64_t n) { return 4 * n; }

void Transform(double* values, int64_t n, bool inverse, double* scratch) {
  if (n > 0) Recurse(values, n, inverse ? 1.0 : -1.0, scratch);
}

}  // namespace onnxifi::cpu
