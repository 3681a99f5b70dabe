#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_INTEGER_LOAD_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_INTEGER_LOAD_H_

#include <cmath>
#include <cstdint>
#include <limits>

#include "backends/common/op_kernel.h"
#include "backends/cpu/kernels/elementwise_util.h"

namespace onnxifi::cpu {

using ByteTypes = TypeList<uint8_t, int8_t>;

// Zero points or scales of a quantised operand: one, or one per row, column
// or channel. Which run-time input holds them is fixed when the plan is made.
struct QuantParameter {
  int input = -1;  // absent: zero points are 0
  graph::DataType type = graph::DataType::kUndefined;
  int64_t count = 1;

  static QuantParameter Of(const PrepareContext& ctx, size_t i) {
    QuantParameter p;
    if (!ctx.HasInput(i)) return p;
    p.input = static_cast<int>(i);
    p.type = ctx.in(i).type;
    p.count = 1;
    for (const int64_t dim : ctx.in(i).dims) p.count *= dim;
    return p;
  }

  // The zero point that belongs to index i.
  int32_t Zero(const RunArgs& args, int64_t i) const {
    if (input < 0) return 0;
    const void* data = args.in[static_cast<size_t>(input)];
    const int64_t at = count == 1 ? 0 : i % count;
    return type == graph::DataType::kInt8
               ? int32_t{static_cast<const int8_t*>(data)[at]}
               : int32_t{static_cast<const uint8_t*>(data)[at]};
  }

  // The scale that belongs to index i.
  double Scale(const RunArgs& args, int64_t i) const {
    const void* data = args.in[static_cast<size_t>(input)];
    const int64_t at = count == 1 ? 0 : i % count;
    double scale = 0;
    DispatchType<FloatTypes>(type, [&]<typename T>() {
      const T value = static_cast<const T*>(data)[at];
      if constexpr (std::is_class_v<T>) {
        scale = static_cast<double>(ToFloat(value));
      } else {
        scale = static_cast<double>(value);
      }
    });
    return scale;
  }
};

// Calls fn<X, W>() for the byte types of two operands.
template <typename Fn>
void DispatchBytes(graph::DataType x, graph::DataType w, const Fn& fn) {
  DispatchType<ByteTypes>(x, [&]<typename X>() {
    DispatchType<ByteTypes>(
        w, [&]<typename W>() { fn.template operator()<X, W>(); });
  });
}

// Rounds to nearest even and saturates.
template <typename T>
T QuantizeTo(double scaled, int32_t zero) {
  const double value = std::nearbyint(scaled) + static_cast<double>(zero);
  constexpr double kLow = std::numeric_limits<T>::lowest();
  constexpr double kHigh = std::numeric_limits<T>::max();
  if (!(value > kLow)) return std::numeric_limits<T>::lowest();
  return value > kHigh ? std::numeric_limits<T>::max() : static_cast<T>(value);
}

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_INTEGER_LOAD_H_
