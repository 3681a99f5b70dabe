#include "backends/cpu/kernels/hwy_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backends/cpu/kernels/select_row.cc"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include <algorithm>
#include <complex>
#include <cstring>

#include "backends/cpu/kernels/select_row.h"

HWY_BEFORE_NAMESPACE();
namespace onnxifi::cpu::HWY_NAMESPACE {

template <typename T, bool kVectorA, bool kVectorB>
void SelectLoop(const uint8_t* condition, const T* a, const T* b, T* out,
                int64_t count) {
  const T first = *a;
  const T second = *b;
  ONNXIFI_CPU_INDEPENDENT
  for (int64_t i = 0; i < count; ++i) {
    const T x = kVectorA ? a[i] : first;
    const T y = kVectorB ? b[i] : second;
    out[i] = condition[i] != 0 ? x : y;
  }
}

template <typename T>
void SelectRow(const void*, const Row& row) {
  const auto* condition = reinterpret_cast<const uint8_t*>(row.in[0]);
  const T* a = reinterpret_cast<const T*>(row.in[1]);
  const T* b = reinterpret_cast<const T*>(row.in[2]);
  T* out = reinterpret_cast<T*>(row.out);
  if (row.step[0] == 0) {
    const bool first = *condition != 0;
    const T* chosen = first ? a : b;
    if (row.step[first ? 1 : 2] == 0) {
      std::fill(out, out + row.count, T(*chosen));
    } else if (chosen != out) {
      std::memcpy(static_cast<void*>(out), chosen,
                  static_cast<size_t>(row.count) * sizeof(T));
    }
    return;
  }
  if (row.step[1] != 0 && row.step[2] != 0) {
    SelectLoop<T, true, true>(condition, a, b, out, row.count);
  } else if (row.step[1] != 0) {
    SelectLoop<T, true, false>(condition, a, b, out, row.count);
  } else if (row.step[2] != 0) {
    SelectLoop<T, false, true>(condition, a, b, out, row.count);
  } else {
    SelectLoop<T, false, false>(condition, a, b, out, row.count);
  }
}

RowFn PickSelectRow(int bytes) {
  switch (bytes) {
    case 1:
      return &SelectRow<uint8_t>;
    case 2:
      return &SelectRow<uint16_t>;
    case 4:
      return &SelectRow<uint32_t>;
    case 8:
      return &SelectRow<uint64_t>;
    case 16:
      return &SelectRow<std::complex<double>>;
    default:
      return nullptr;
  }
}

}  // namespace onnxifi::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace onnxifi::cpu {

HWY_EXPORT(PickSelectRow);

RowFn FindSelectRow(int bytes) {
  return HWY_DYNAMIC_DISPATCH(PickSelectRow)(bytes);
}

}  // namespace onnxifi::cpu
#endif  // HWY_ONCE
