#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_REDUCE_KERNEL_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_REDUCE_KERNEL_H_

#include <cstdint>

#include "graph/tensor_type.h"

namespace onnxifi::cpu {

// How elements are folded into an accumulator of their own type.
enum class ReduceOp : uint8_t {
  kSum,
  kProd,
  kMax,
  kMin,
  kSumAbs,
  kSumSquare,
  kSumExp,  // of x - shift
};

struct ReduceKernel {
  // *acc = *acc (+) f(x[0]) (+) ... (+) f(x[count - 1]).
  void (*row)(const void* x, int64_t count, void* acc,
              const void* shift) = nullptr;
  // acc[i] = acc[i] (+) f(x[i]).
  void (*columns)(const void* x, int64_t count, void* acc,
                  const void* shift) = nullptr;
  // acc[i] = the result for an empty set.
  void (*clear)(void* acc, int64_t count) = nullptr;
};

// Kernels for float, double, 8-, 32- and 64-bit integers (8-bit: only kMax
// and kMin; kSumExp: only floating point); all members null for other types.
// Sums of integers wrap. Maximum and minimum keep NaN.
ReduceKernel FindReduce(ReduceOp op, graph::DataType type);

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_REDUCE_KERNEL_H_
