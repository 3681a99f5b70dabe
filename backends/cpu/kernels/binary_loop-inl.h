// The row loop of two-operand kernels. Included once per target by files that
// use Highway's foreach_target: the compiler vectorises the plain loops for
// each of them.

#if defined(ONNXIFI_BACKENDS_CPU_KERNELS_BINARY_LOOP_INL_H_) == \
    defined(HWY_TARGET_TOGGLE)
#ifdef ONNXIFI_BACKENDS_CPU_KERNELS_BINARY_LOOP_INL_H_
#undef ONNXIFI_BACKENDS_CPU_KERNELS_BINARY_LOOP_INL_H_
#else
#define ONNXIFI_BACKENDS_CPU_KERNELS_BINARY_LOOP_INL_H_
#endif

#include <hwy/highway.h>

#include "backends/cpu/kernels/broadcast.h"
#include "backends/cpu/kernels/hwy_targets.h"

HWY_BEFORE_NAMESPACE();
namespace onnxifi::cpu::HWY_NAMESPACE {

// out[i] = F::Apply(a[i], b[i]) for elements T and results R.
template <class F, typename T, typename R>
void BinaryLoop(const Row& row) {
  const T* a = reinterpret_cast<const T*>(row.in[0]);
  const T* b = reinterpret_cast<const T*>(row.in[1]);
  R* out = reinterpret_cast<R*>(row.out);
  const int64_t count = row.count;
  if (row.step[1] == 0) {
    const T second = *b;
    if (row.step[0] == 0) {
      const R value = F::template Apply<T>(*a, second);
      for (int64_t i = 0; i < count; ++i) out[i] = value;
      return;
    }
    ONNXIFI_CPU_INDEPENDENT
    for (int64_t i = 0; i < count; ++i) {
      out[i] = F::template Apply<T>(a[i], second);
    }
  } else if (row.step[0] == 0) {
    const T first = *a;
    ONNXIFI_CPU_INDEPENDENT
    for (int64_t i = 0; i < count; ++i) {
      out[i] = F::template Apply<T>(first, b[i]);
    }
  } else {
    ONNXIFI_CPU_INDEPENDENT
    for (int64_t i = 0; i < count; ++i) {
      out[i] = F::template Apply<T>(a[i], b[i]);
    }
  }
}

}  // namespace onnxifi::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_BINARY_LOOP_INL_H_
