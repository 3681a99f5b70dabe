#include "backends/cpu/kernels/hwy_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backends/cpu/kernels/float_tile.cc"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include <bit>

#include "backends/cpu/kernels/float_tile.h"

HWY_BEFORE_NAMESPACE();
namespace onnxifi::cpu::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// The plain loops below are vectorised by the compiler for each target.
void ExpandBfloat16(const Bfloat16* in, float* out, int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    out[i] = std::bit_cast<float>(static_cast<uint32_t>(in[i].bits) << 16);
  }
}

void RoundBfloat16(const float* in, Bfloat16* out, int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    const uint32_t bits = std::bit_cast<uint32_t>(in[i]);
    const uint32_t rounded = bits + 0x7FFFu + ((bits >> 16) & 1u);
    const bool nan = (bits & 0x7FFFFFFFu) > 0x7F800000u;
    out[i].bits =
        static_cast<uint16_t>((nan ? (bits | 0x400000u) : rounded) >> 16);
  }
}

void ExpandFloat16(const Float16* in, float* out, int64_t count) {
  int64_t i = 0;
#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3
  const hn::ScalableTag<float> d;
  const hn::Rebind<hwy::float16_t, decltype(d)> dh;
  const hn::Rebind<uint16_t, decltype(d)> du;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  for (; i + lanes <= count; i += lanes) {
    const auto bits = hn::LoadU(du, reinterpret_cast<const uint16_t*>(in + i));
    hn::StoreU(hn::PromoteTo(d, hn::BitCast(dh, bits)), d, out + i);
  }
#endif
  for (; i < count; ++i) out[i] = ToFloat(in[i]);
}

void RoundFloat16(const float* in, Float16* out, int64_t count) {
  int64_t i = 0;
#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3
  const hn::ScalableTag<float> d;
  const hn::Rebind<hwy::float16_t, decltype(d)> dh;
  const hn::Rebind<uint16_t, decltype(d)> du;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  for (; i + lanes <= count; i += lanes) {
    const auto half = hn::DemoteTo(dh, hn::LoadU(d, in + i));
    hn::StoreU(hn::BitCast(du, half), du, reinterpret_cast<uint16_t*>(out + i));
  }
#endif
  for (; i < count; ++i) out[i] = ToFloat16(in[i]);
}

}  // namespace onnxifi::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace onnxifi::cpu {

HWY_EXPORT(ExpandBfloat16);
HWY_EXPORT(RoundBfloat16);
HWY_EXPORT(ExpandFloat16);
HWY_EXPORT(RoundFloat16);

void Float16ToFloat(const Float16* in, float* out, int64_t count) {
  HWY_DYNAMIC_DISPATCH(ExpandFloat16)(in, out, count);
}
void Bfloat16ToFloat(const Bfloat16* in, float* out, int64_t count) {
  HWY_DYNAMIC_DISPATCH(ExpandBfloat16)(in, out, count);
}
void FloatToFloat16(const float* in, Float16* out, int64_t count) {
  HWY_DYNAMIC_DISPATCH(RoundFloat16)(in, out, count);
}
void FloatToBfloat16(const float* in, Bfloat16* out, int64_t count) {
  HWY_DYNAMIC_DISPATCH(RoundBfloat16)(in, out, count);
}

}  // namespace onnxifi::cpu
#endif  // HWY_ONCE
