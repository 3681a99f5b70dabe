#include "backends/cpu/kernels/convert.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "backends/cpu/kernels/convert_plain.h"
#include "backends/cpu/kernels/float_tile.h"

namespace onnxifi::cpu {

namespace {

using Hub = ConvertHub;

// A double rounded to float so that a second rounding to a smaller format
// gives the nearest value: an inexact result gets an odd last bit.
float RoundToOdd(double value) {
  const float nearest = static_cast<float>(value);
  const double back = nearest;
  if (back == value || value != value) return nearest;
  uint32_t bits = std::bit_cast<uint32_t>(nearest);
  if ((bits & 1u) != 0) return nearest;
  // The neighbour towards `value` is odd.
  const bool away = (back < value) == (value > 0);
  bits += away ? 1u : ~0u;
  return std::bit_cast<float>(bits);
}

// 64-bit integers become double first, which may round; formats this small
// do not see it.
float HubToFloat(Hub hub, const void* data, int64_t i) {
  switch (hub) {
    case Hub::kFloat:
      return static_cast<const float*>(data)[i];
    case Hub::kDouble:
      return RoundToOdd(static_cast<const double*>(data)[i]);
    case Hub::kInt64:
      return RoundToOdd(
          static_cast<double>(static_cast<const int64_t*>(data)[i]));
    default:
      return RoundToOdd(
          static_cast<double>(static_cast<const uint64_t*>(data)[i]));
  }
}

template <typename T>
void WidenRow(const void* in, float* out, int64_t count) {
  const auto* x = static_cast<const T*>(in);
  for (int64_t i = 0; i < count; ++i) out[i] = ToFloat(x[i]);
}

// Elements of the packed or small-float types from `begin` on, into the hub.
void LoadSmall(DataType type, const void* in, int64_t begin, void* hub,
               int64_t count) {
  const auto* bytes = static_cast<const uint8_t*>(in);
  auto* ints = static_cast<int64_t*>(hub);
  auto* floats = static_cast<float*>(hub);
  const auto each = [&](auto* to, const auto& fn) {
    for (int64_t i = 0; i < count; ++i) to[i] = fn(begin + i);
  };
  switch (type) {
    case DataType::kUint4:
      return each(ints, [&](int64_t i) { return GetBits4(bytes, i); });
    case DataType::kInt4:
      return each(ints,
                  [&](int64_t i) { return SignExtend4(GetBits4(bytes, i)); });
    case DataType::kUint2:
      return each(ints, [&](int64_t i) { return GetBits2(bytes, i); });
    case DataType::kInt2:
      return each(ints,
                  [&](int64_t i) { return SignExtend2(GetBits2(bytes, i)); });
    case DataType::kFloat4E2M1:
      return each(floats, [&](int64_t i) {
        return ToFloat(Float4E2M1{GetBits4(bytes, i)});
      });
    case DataType::kBool:
      return each(ints, [&](int64_t i) { return bytes[i] != 0 ? 1 : 0; });
    case DataType::kFloat16:
      return Float16ToFloat(static_cast<const Float16*>(in) + begin, floats,
                            count);
    case DataType::kBfloat16:
      return Bfloat16ToFloat(static_cast<const Bfloat16*>(in) + begin, floats,
                             count);
    case DataType::kFloat8E4M3FN:
      return WidenRow<Float8E4M3FN>(bytes + begin, floats, count);
    case DataType::kFloat8E4M3FNUZ:
      return WidenRow<Float8E4M3FNUZ>(bytes + begin, floats, count);
    case DataType::kFloat8E5M2:
      return WidenRow<Float8E5M2>(bytes + begin, floats, count);
    case DataType::kFloat8E5M2FNUZ:
      return WidenRow<Float8E5M2FNUZ>(bytes + begin, floats, count);
    case DataType::kFloat8E8M0:
      return WidenRow<Float8E8M0>(bytes + begin, floats, count);
    default:
      return;
  }
}

uint8_t ToFloat8Bits(DataType type, float value, const ConvertOptions& o) {
  switch (type) {
    case DataType::kFloat8E4M3FN:
      return ToFloat8E4M3FN(value, o.saturate).bits;
    case DataType::kFloat8E4M3FNUZ:
      return ToFloat8E4M3FNUZ(value, o.saturate).bits;
    case DataType::kFloat8E5M2:
      return ToFloat8E5M2(value, o.saturate).bits;
    case DataType::kFloat8E5M2FNUZ:
      return ToFloat8E5M2FNUZ(value, o.saturate).bits;
    case DataType::kFloat8E8M0:
      return ToFloat8E8M0(value, o.saturate, o.rounding).bits;
    default:
      return ToFloat4E2M1(value).bits;
  }
}

// Low bits of the hub's values as integers, packed `bits` to an element.
// `begin` starts a byte; the last byte's spare bits become 0.
void StorePacked(Hub hub, const void* data, int bits, uint8_t* out,
                 int64_t count) {
  int32_t values[kConvertUnit];
  StorePlain(hub, DataType::kInt32, data, values, count);
  std::memset(out, 0, static_cast<size_t>((count * bits + 7) / 8));
  for (int64_t i = 0; i < count; ++i) {
    const auto value = static_cast<uint8_t>(values[i] & 0xFF);
    if (bits == 4) {
      SetBits4(out, i, value);
    } else {
      SetBits2(out, i, value);
    }
  }
}

void StoreHalf(Hub hub, const void* data, DataType type, void* out,
               int64_t count) {
  float tile[kConvertUnit];
  const float* floats = static_cast<const float*>(data);
  if (hub != Hub::kFloat) {
    for (int64_t i = 0; i < count; ++i) tile[i] = HubToFloat(hub, data, i);
    floats = tile;
  }
  if (type == DataType::kFloat16) {
    FloatToFloat16(floats, static_cast<Float16*>(out), count);
  } else {
    FloatToBfloat16(floats, static_cast<Bfloat16*>(out), count);
  }
}

// One tile to a type that StorePlain does not know.
void StoreSmall(Hub hub, const void* data, DataType type, void* out,
                int64_t count, const ConvertOptions& options) {
  auto* bytes = static_cast<uint8_t*>(out);
  switch (type) {
    case DataType::kUint4:
    case DataType::kInt4:
      return StorePacked(hub, data, 4, bytes, count);
    case DataType::kUint2:
    case DataType::kInt2:
      return StorePacked(hub, data, 2, bytes, count);
    case DataType::kFloat16:
    case DataType::kBfloat16:
      return StoreHalf(hub, data, type, out, count);
    case DataType::kFloat4E2M1:
      std::memset(bytes, 0, static_cast<size_t>((count + 1) / 2));
      for (int64_t i = 0; i < count; ++i) {
        SetBits4(bytes, i, ToFloat4E2M1(HubToFloat(hub, data, i)).bits);
      }
      return;
    default:
      for (int64_t i = 0; i < count; ++i) {
        bytes[i] = ToFloat8Bits(type, HubToFloat(hub, data, i), options);
      }
  }
}

bool IsPlain(DataType type) { return HasType<PlainTypes>(type); }

}  // namespace

bool IsConvertible(DataType type) {
  switch (type) {
    case DataType::kUndefined:
    case DataType::kString:
    case DataType::kComplex64:
    case DataType::kComplex128:
      return false;
    default:
      return graph::ElementBits(type) != 0;
  }
}

void Convert(DataType from, const void* in, DataType to, void* out,
             int64_t begin, int64_t count, const ConvertOptions& options) {
  const Hub hub = HubOf(from);
  const int64_t from_bits = graph::ElementBits(from);
  const int64_t to_bits = graph::ElementBits(to);
  // The hub's own type needs no copy.
  const bool is_hub = from == DataType::kFloat || from == DataType::kDouble ||
                      from == DataType::kInt64 || from == DataType::kUint64;
  alignas(64) std::byte tile[kConvertUnit * 8];
  const auto* bytes = static_cast<const std::byte*>(in);
  auto* target = static_cast<std::byte*>(out);
  for (int64_t i = begin; i < begin + count; i += kConvertUnit) {
    const int64_t n = std::min(kConvertUnit, begin + count - i);
    const void* source = tile;
    if (is_hub) {
      source = bytes + i * from_bits / 8;
    } else if (IsPlain(from)) {
      LoadPlain(from, bytes + i * from_bits / 8, tile, n);
    } else {
      LoadSmall(from, in, i, tile, n);
    }
    std::byte* result = target + i * to_bits / 8;
    if (IsPlain(to) || to == DataType::kBool) {
      StorePlain(hub, to, source, result, n);
    } else {
      StoreSmall(hub, source, to, result, n, options);
    }
  }
}

}  // namespace onnxifi::cpu
