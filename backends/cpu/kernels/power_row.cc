#include "backends/cpu/kernels/power_row.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

#include "backends/cpu/kernels/convert.h"
#include "backends/cpu/kernels/elementwise_util.h"

namespace onnxifi::cpu {

namespace {

template <typename F>
void PowConstant(const F* x, F exponent, F* out, int64_t count) {
  if (exponent == F{1}) {
    if (out != x) std::copy(x, x + count, out);
  } else if (exponent == F{2}) {
    for (int64_t i = 0; i < count; ++i) out[i] = x[i] * x[i];
  } else if (exponent == F{3}) {
    for (int64_t i = 0; i < count; ++i) out[i] = x[i] * x[i] * x[i];
  } else if (exponent == F{-1}) {
    for (int64_t i = 0; i < count; ++i) out[i] = F{1} / x[i];
  } else if (exponent == F{0.5}) {
    // Unlike the root, the power of -infinity is infinity and of -0 is 0.
    constexpr F kInfinity = std::numeric_limits<F>::infinity();
    for (int64_t i = 0; i < count; ++i) {
      out[i] = x[i] == -kInfinity ? kInfinity : std::sqrt(x[i]) + F{0};
    }
  } else {
    for (int64_t i = 0; i < count; ++i) out[i] = std::pow(x[i], exponent);
  }
}

template <typename F>
void PowTile(const F* x, int step, const F* e, int e_step, F* out,
             int64_t count) {
  if (e_step == 0 && step == 1) {
    PowConstant(x, *e, out, count);
    return;
  }
  for (int64_t i = 0; i < count; ++i) {
    out[i] = std::pow(x[i * step], e[i * e_step]);
  }
}

// Wraps as the type's multiplication does.
template <typename Int>
Int PowInteger(Int base, int64_t exponent) {
  if (exponent < 0) {
    if (base == 1) return 1;
    if (base == -1) return exponent % 2 == 0 ? 1 : -1;
    return 0;
  }
  using Bits = std::make_unsigned_t<Int>;
  Bits result = 1;
  Bits square = static_cast<Bits>(base);
  for (; exponent > 0; exponent >>= 1) {
    if ((exponent & 1) != 0) result *= square;
    square *= square;
  }
  return static_cast<Int>(result);
}

bool IsInteger(DataType type) { return HasType<IntTypes>(type); }

template <typename Int>
void PowIntegers(const PowerRow& p, const Row& row, int64_t tile_begin,
                 int64_t count) {
  const auto* base = reinterpret_cast<const Int*>(row.in[0]);
  auto* out = reinterpret_cast<Int*>(row.out) + tile_begin;
  const int64_t n = row.step[1] == 0 ? 1 : count;
  const int64_t e_begin = row.step[1] * tile_begin;
  const auto* exponents =
      row.in[1] + e_begin * static_cast<int64_t>(ElementBytes(p.exponent));
  base += row.step[0] * tile_begin;
  if (IsInteger(p.exponent)) {
    int64_t e[kFloatTile];
    Convert(p.exponent, exponents, DataType::kInt64, e, 0, n, {});
    for (int64_t i = 0; i < count; ++i) {
      out[i] = PowInteger(base[i * row.step[0]], e[i * row.step[1]]);
    }
    return;
  }
  double e[kFloatTile];
  double result[kFloatTile];
  Convert(p.exponent, exponents, DataType::kDouble, e, 0, n, {});
  for (int64_t i = 0; i < count; ++i) {
    result[i] = std::pow(static_cast<double>(base[i * row.step[0]]),
                         e[i * row.step[1]]);
  }
  Convert(DataType::kDouble, result, p.base, out, 0, count, {});
}

// Whether float32 cannot hold the exponents: 2^24 + 1 is odd, and the
// smallest double is not 0.
bool NeedsDouble(const PowerRow& p, const Row& row) {
  if (!HasType<TypeList<double, int32_t, int64_t, uint32_t, uint64_t>>(
          p.exponent)) {
    return false;
  }
  if (row.step[1] != 0) return true;
  double exponent = 0;
  Convert(p.exponent, row.in[1], DataType::kDouble, &exponent, 0, 1, {});
  return static_cast<double>(static_cast<float>(exponent)) != exponent;
}

// Base in F after widening; the result is rounded once.
template <typename F>
void PowFloats(const PowerRow& p, const Row& row, int64_t begin,
               int64_t count) {
  constexpr DataType kType = kDataTypeOf<F>;
  F tiles[3][kFloatTile];
  const DataType types[2] = {p.base, p.exponent};
  for (size_t k = 0; k < 2; ++k) {
    const int64_t bytes = static_cast<int64_t>(ElementBytes(types[k]));
    const int64_t n = row.step[k] == 0 ? 1 : count;
    Convert(types[k], row.in[k] + row.step[k] * begin * bytes, kType, tiles[k],
            0, n, {});
  }
  PowTile<F>(tiles[0], row.step[0], tiles[1], row.step[1], tiles[2], count);
  const int64_t bytes = static_cast<int64_t>(ElementBytes(p.base));
  Convert(kType, tiles[2], p.base, row.out + begin * bytes, 0, count, {});
}

}  // namespace

void RunPowerRow(const void* power_row, const Row& row) {
  const auto& p = *static_cast<const PowerRow*>(power_row);
  const bool wide = p.base == DataType::kDouble || NeedsDouble(p, row);
  for (int64_t i = 0; i < row.count; i += kFloatTile) {
    const int64_t n = std::min(kFloatTile, row.count - i);
    switch (p.base) {
      case DataType::kInt32:
        PowIntegers<int32_t>(p, row, i, n);
        break;
      case DataType::kInt64:
        PowIntegers<int64_t>(p, row, i, n);
        break;
      default:
        if (wide) {
          PowFloats<double>(p, row, i, n);
        } else {
          PowFloats<float>(p, row, i, n);
        }
    }
  }
}

}  // namespace onnxifi::cpu
