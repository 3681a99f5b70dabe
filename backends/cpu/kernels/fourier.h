#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_FOURIER_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_FOURIER_H_

#include <cstdint>

namespace onnxifi::cpu {

// Discrete Fourier transforms of any length: n^2 for odd factors, halving as
// long as the length is even. In double; pure functions of their arguments.

// Doubles of scratch that Transform needs for length n.
int64_t FourierScratch(int64_t n);

// In place on n complex numbers (re, im pairs). `inverse` conjugates the
// roots; no scaling.
void Transform(double* values, int64_t n, bool inverse, double* scratch);

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_FOURIER_H_
