#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_HWY_TARGETS_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_HWY_TARGETS_H_

// Which instruction sets Highway kernels are compiled for: plain C++, AVX2 and
// AVX-512. The steps between them cost compile time and code and gain little.
// Include before any header of Highway.
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4)

// In front of a loop whose iterations are independent although input and
// output may be the same array.
#if defined(__clang__)
#define ONNXIFI_CPU_INDEPENDENT
#else
#define ONNXIFI_CPU_INDEPENDENT _Pragma("GCC ivdep")
#endif

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_HWY_TARGETS_H_
