#ifndef ONNXIFI_BACKENDS_OPENCL_KERNELS_FOURIER_H_
#define ONNXIFI_BACKENDS_OPENCL_KERNELS_FOURIER_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "backends/common/op_kernel.h"
#include "backends/opencl/kernel_text.h"

namespace onnxifi::opencl {

// Discrete Fourier transforms of many lines of one length: n^2 for the odd part
// of the length, then one launch for each doubling.
struct Fourier {
  int64_t lines = 0;
  int64_t length = 1;
  bool inverse = false;  // conjugates the roots; no scaling
  int64_t made = 0;      // numbers of a line that are stored
  // Statements that set the complex number C `v` (x and y, 0 before) to number
  // `at` of line `line`, of type long; S is a part's type.
  std::string load;
  std::function<void(KernelText*)> bind_load;
  // What is done with number `at` of the result, `v`.
  std::string store;
  std::function<void(KernelText*)> bind_store;
};

// The scratch memory begins at byte 0.
Status PlanFourier(PrepareContext& ctx, const Fourier& fourier);

}  // namespace onnxifi::opencl

#endif  // ONNXIFI_BACKENDS_OPENCL_KERNELS_FOURIER_H_
