#include "backends/cpu/kernels/hwy_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backends/cpu/kernels/quantize_kernel.cc"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include "backends/cpu/kernels/quantize_kernel.h"
#include "backends/cpu/kernels/type_dispatch.h"

HWY_BEFORE_NAMESPACE();
namespace onnxifi::cpu::HWY_NAMESPACE {

using QuantizedTypes = TypeList<int8_t, uint8_t, int16_t, uint16_t>;
using DequantizedTypes = TypeList<int8_t, uint8_t, int32_t, float>;

template <typename T>
HWY_INLINE T QuantizeOne(float x, float scale, float zero, float low,
                         float high) {
  // Adding this rounds numbers below 2^22 to whole ones, ties to even.
  constexpr float kRound = 12582912.0f;
  const float v = x / scale;
  const float above = v > low - zero ? v : low - zero;
  const float inside = above < high - zero ? above : high - zero;
  const float whole = (inside + kRound) - kRound;
  return static_cast<T>(static_cast<int32_t>(whole + zero));
}

template <typename T>
void QuantizeLoop(const float* x, const QuantParams& p, const QuantRange& range,
                  T* out, int64_t count) {
  const float low = range.low;
  const float high = range.high;
  if (p.step == 0) {
    const float scale = *p.scale;
    const float zero = *p.zero_point;
    for (int64_t i = 0; i < count; ++i) {
      out[i] = QuantizeOne<T>(x[i], scale, zero, low, high);
    }
    return;
  }
  for (int64_t i = 0; i < count; ++i) {
    out[i] = QuantizeOne<T>(x[i], p.scale[i], p.zero_point[i], low, high);
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
