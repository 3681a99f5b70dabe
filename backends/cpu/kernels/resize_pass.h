#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_RESIZE_PASS_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_RESIZE_PASS_H_

#include <cstdint>

#include "backends/common/ops/resize_axis.h"
#include "base/thread_pool.h"

namespace onnxifi::cpu {

// Linear or cubic interpolation along one axis at a time, in F: float or
// double.

// Weights of every output index of one axis; arrays given by the caller.
template <typename F>
struct ResizeTable {
  int64_t taps = 0;
  int64_t* first = nullptr;  // input index of the first tap
  F* weights = nullptr;      // taps per output index
  bool* outside = nullptr;   // takes the extrapolation value
};

template <typename F>
void FillResizeTable(const ResizeRule& rule, const ResizeAxis& axis,
                     ResizeTable<F>* table);

// [outer, axis.in, inner] -> [outer, axis.out, inner]; no overlap.
template <typename F>
void RunResizePass(const ResizeTable<F>& table, const ResizeAxis& axis,
                   float extrapolation, int64_t outer, int64_t inner,
                   const F* in, F* out, ThreadPool* pool);

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_RESIZE_PASS_H_
