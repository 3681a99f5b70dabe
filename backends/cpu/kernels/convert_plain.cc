#include "backends/cpu/kernels/hwy_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backends/cpu/kernels/convert_plain.cc"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include <limits>
#include <type_traits>

#include "backends/cpu/kernels/convert_plain.h"

HWY_BEFORE_NAMESPACE();
namespace onnxifi::cpu::HWY_NAMESPACE {

// value if it lies in [low, high), low otherwise; NaN gives low.
template <typename Int, typename F>
HWY_INLINE Int Truncate(F value) {
  // -low is the first number above the range, exact in every F.
  constexpr F kLow = static_cast<F>(std::numeric_limits<Int>::min());
  const F inside = ((value >= kLow) & (value < -kLow)) ? value : kLow;
  return static_cast<Int>(inside);
}

template <typename F>
HWY_INLINE uint64_t TruncateUnsigned(F value) {
  constexpr F kEnd = static_cast<F>(18446744073709551616.0);
  if (value >= kEnd) return std::numeric_limits<uint64_t>::max();
  return value > 0 ? static_cast<uint64_t>(value) : 0;
}

template <typename T, typename From>
HWY_INLINE T ConvertOne(From value) {
  if constexpr (!std::is_floating_point_v<From> ||
                std::is_floating_point_v<T>) {
    return static_cast<T>(value);
  } else if constexpr (std::is_same_v<T, uint64_t>) {
    return TruncateUnsigned(value);
  } else if constexpr (sizeof(T) == 8 || std::is_same_v<T, uint32_t>) {
    return static_cast<T>(Truncate<int64_t>(value));
  } else {
    return static_cast<T>(Truncate<int32_t>(value));
  }
}

template <typename From, typename To>
void ConvertRow(const void* in, void* out, int64_t count) {
  const auto* x = static_cast<const From*>(in);
  auto* y = static_cast<To*>(out);
  for (int64_t i = 0; i < count; ++i) y[i] = ConvertOne<To>(x[i]);
}

// Plain source types to their hub.
void LoadPlainTarget(DataType type, const void* in, void* hub, int64_t count) {
  DispatchType<PlainTypes>(type, [&]<typename T>() {
    if constexpr (std::is_floating_point_v<T> || std::is_same_v<T, uint64_t>) {
      ConvertRow<T, T>(in, hub, count);
    } else {
      ConvertRow<T, int64_t>(in, hub, count);
    }
  });
}

template <typename From>
void StorePlainFrom(DataType type, const void* hub, void* out, int64_t count) {
  if (type == DataType::kBool) {
    const auto* x = static_cast<const From*>(hub);
    auto* y = static_cast<uint8_t*>(out);
    for (int64_t i = 0; i < count; ++i) y[i] = x[i] != 0 ? 1 : 0;
    return;
  }
  DispatchType<PlainTypes>(
      type, [&]<typename T>() { ConvertRow<From, T>(hub, out, count); });
}

// A hub to a plain type or bool.
void StorePlainTarget(ConvertHub hub_type, DataType type, const void* hub,
                      void* out, int64_t count) {
  switch (hub_type) {
    case ConvertHub::kFloat:
      return StorePlainFrom<float>(type, hub, out, count);
    case ConvertHub::kDouble:
      return StorePlainFrom<double>(type, hub, out, count);
    case ConvertHub::kInt64:
      return StorePlainFrom<int64_t>(type, hub, out, count);
    case ConvertHub::kUint64:
      return StorePlainFrom<uint64_t>(type, hub, out, count);
  }
}

}  // namespace onnxifi::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace onnxifi::cpu {

HWY_EXPORT(LoadPlainTarget);
HWY_EXPORT(StorePlainTarget);

void LoadPlain(DataType type, const void* in, void* hub, int64_t count) {
  HWY_DYNAMIC_DISPATCH(LoadPlainTarget)(type, in, hub, count);
}

void StorePlain(ConvertHub hub_type, DataType type, const void* hub, void* out,
                int64_t count) {
  HWY_DYNAMIC_DISPATCH(StorePlainTarget)(hub_type, type, hub, out, count);
}

}  // namespace onnxifi::cpu
#endif  // HWY_ONCE
