#include "backends/cpu/kernels/hwy_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backends/cpu/kernels/quantize_kernel.cc"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include "backends/cpu/kernels/quantize_kernel.h"
#include "backends/cpu/kernels/type_dispatch.h"

HWY_BEFORE_NAMESPACE();
namespace onnxifi::cpu::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// Adding this rounds numbers below 2^22 to whole ones, ties to even.
constexpr float kRound = 12582912.0f;

using QuantizedTypes = TypeList<int8_t, uint8_t, int16_t, uint16_t>;
using DequantizedTypes = TypeList<int8_t, uint8_t, int32_t, float>;

template <typename T>
HWY_INLINE T QuantizeOne(float x, float scale, float zero, float low,
                         float high) {
  const float v = x / scale;
  const float above = v > low - zero ? v : low - zero;
  const float inside = above < high - zero ? above : high - zero;
  const float whole = (inside + kRound) - kRound;
  return static_cast<T>(static_cast<int32_t>(whole + zero));
}

// One scale for all.
#if HWY_TARGET == HWY_AVX3
// One instruction narrows a vector there, where compilers combine halves. The
// comparisons take the same side for NaN as QuantizeOne() does.
template <typename T>
void QuantizeSame(const float* x, const QuantParams& p, const QuantRange& range,
                  T* out, int64_t count) {
  const hn::ScalableTag<float> d;
  const hn::RebindToSigned<decltype(d)> di;
  const hn::Rebind<T, decltype(d)> dt;
  const auto scale = hn::Set(d, *p.scale);
  const auto zero = hn::Set(d, *p.zero_point);
  const auto low = hn::Set(d, range.low - *p.zero_point);
  const auto high = hn::Set(d, range.high - *p.zero_point);
  const auto round = hn::Set(d, kRound);
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  int64_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    const auto v = hn::Div(hn::LoadU(d, x + i), scale);
    const auto above = hn::IfThenElse(hn::Gt(v, low), v, low);
    const auto inside = hn::IfThenElse(hn::Lt(above, high), above, high);
    const auto whole = hn::Sub(hn::Add(inside, round), round);
    hn::StoreU(hn::DemoteTo(dt, hn::ConvertTo(di, hn::Add(whole, zero))), dt,
               out + i);
  }
  for (; i < count; ++i) {
    out[i] =
        QuantizeOne<T>(x[i], *p.scale, *p.zero_point, range.low, range.high);
  }
}
#else
template <typename T>
void QuantizeSame(const float* x, const QuantParams& p, const QuantRange& range,
                  T* out, int64_t count) {
  const float scale = *p.scale;
  const float zero = *p.zero_point;
  const float low = range.low;
  const float high = range.high;
  for (int64_t i = 0; i < count; ++i) {
    out[i] = QuantizeOne<T>(x[i], scale, zero, low, high);
  }
}
#endif

template <typename T>
void QuantizeLoop(const float* x, const QuantParams& p, const QuantRange& range,
                  T* out, int64_t count) {
  if (p.step == 0) return QuantizeSame(x, p, range, out, count);
  for (int64_t i = 0; i < count; ++i) {
    out[i] = QuantizeOne<T>(x[i], p.scale[i], p.zero_point[i], range.low,
                            range.high);
  }
}

template <typename T>
void DequantizeLoop(const T* x, const QuantParams& p, float* out,
                    int64_t count) {
  if (p.step == 0) {
    const float scale = *p.scale;
    const float zero = *p.zero_point;
    for (int64_t i = 0; i < count; ++i) {
      out[i] = (static_cast<float>(x[i]) - zero) * scale;
    }
    return;
  }
  for (int64_t i = 0; i < count; ++i) {
    out[i] = (static_cast<float>(x[i]) - p.zero_point[i]) * p.scale[i];
  }
}

void QuantizeTarget(const float* x, const QuantParams& params,
                    const QuantRange& range, DataType type, void* out,
                    int64_t count) {
  DispatchType<QuantizedTypes>(type, [&]<typename T>() {
    QuantizeLoop(x, params, range, static_cast<T*>(out), count);
  });
}

void DequantizeTarget(DataType type, const void* x, const QuantParams& params,
                      float* out, int64_t count) {
  DispatchType<DequantizedTypes>(type, [&]<typename T>() {
    DequantizeLoop(static_cast<const T*>(x), params, out, count);
  });
}

}  // namespace onnxifi::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace onnxifi::cpu {

HWY_EXPORT(QuantizeTarget);
HWY_EXPORT(DequantizeTarget);

bool FindQuantRange(DataType type, QuantRange* range) {
  switch (type) {
    case DataType::kInt8:
      *range = {-128, 127};
      return true;
    case DataType::kUint8:
      *range = {0, 255};
      return true;
    case DataType::kInt16:
      *range = {-32768, 32767};
      return true;
    case DataType::kUint16:
      *range = {0, 65535};
      return true;
    case DataType::kInt4:
      *range = {-8, 7};
      return true;
    case DataType::kUint4:
      *range = {0, 15};
      return true;
    case DataType::kInt2:
      *range = {-2, 1};
      return true;
    case DataType::kUint2:
      *range = {0, 3};
      return true;
    default:
      return false;
  }
}

void QuantizeRun(const float* x, const QuantParams& params,
                 const QuantRange& range, DataType type, void* out,
                 int64_t count) {
  HWY_DYNAMIC_DISPATCH(QuantizeTarget)(x, params, range, type, out, count);
}

void DequantizeRun(DataType type, const void* x, const QuantParams& params,
                   float* out, int64_t count) {
  HWY_DYNAMIC_DISPATCH(DequantizeTarget)(type, x, params, out, count);
}

}  // namespace onnxifi::cpu
#endif  // HWY_ONCE
