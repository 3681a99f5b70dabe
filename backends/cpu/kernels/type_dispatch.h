#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_TYPE_DISPATCH_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_TYPE_DISPATCH_H_

#include <complex>
#include <cstdint>
#include <utility>

#include "backends/cpu/kernels/half.h"
#include "graph/tensor_type.h"

namespace onnxifi::cpu {

using graph::DataType;
using graph::Shape;

// The DataType of a C++ element type.
template <typename T>
inline constexpr DataType kDataTypeOf = DataType::kUndefined;
#define ONNXIFI_CPU_DATA_TYPE(type, value) \
  template <>                              \
  inline constexpr DataType kDataTypeOf<type> = DataType::value
ONNXIFI_CPU_DATA_TYPE(float, kFloat);
ONNXIFI_CPU_DATA_TYPE(double, kDouble);
ONNXIFI_CPU_DATA_TYPE(int8_t, kInt8);
ONNXIFI_CPU_DATA_TYPE(int16_t, kInt16);
ONNXIFI_CPU_DATA_TYPE(int32_t, kInt32);
ONNXIFI_CPU_DATA_TYPE(int64_t, kInt64);
ONNXIFI_CPU_DATA_TYPE(uint8_t, kUint8);
ONNXIFI_CPU_DATA_TYPE(uint16_t, kUint16);
ONNXIFI_CPU_DATA_TYPE(uint32_t, kUint32);
ONNXIFI_CPU_DATA_TYPE(uint64_t, kUint64);
ONNXIFI_CPU_DATA_TYPE(bool, kBool);
ONNXIFI_CPU_DATA_TYPE(Float16, kFloat16);
ONNXIFI_CPU_DATA_TYPE(Bfloat16, kBfloat16);
ONNXIFI_CPU_DATA_TYPE(Float8E4M3FN, kFloat8E4M3FN);
ONNXIFI_CPU_DATA_TYPE(Float8E4M3FNUZ, kFloat8E4M3FNUZ);
ONNXIFI_CPU_DATA_TYPE(Float8E5M2, kFloat8E5M2);
ONNXIFI_CPU_DATA_TYPE(Float8E5M2FNUZ, kFloat8E5M2FNUZ);
ONNXIFI_CPU_DATA_TYPE(Float8E8M0, kFloat8E8M0);
ONNXIFI_CPU_DATA_TYPE(std::complex<float>, kComplex64);
ONNXIFI_CPU_DATA_TYPE(std::complex<double>, kComplex128);
#undef ONNXIFI_CPU_DATA_TYPE

template <typename... Ts>
struct TypeList {};

template <typename A, typename B>
struct ConcatTypes;
template <typename... As, typename... Bs>
struct ConcatTypes<TypeList<As...>, TypeList<Bs...>> {
  using Type = TypeList<As..., Bs...>;
};

using SignedTypes = TypeList<int8_t, int16_t, int32_t, int64_t>;
using UnsignedTypes = TypeList<uint8_t, uint16_t, uint32_t, uint64_t>;
using IntTypes = ConcatTypes<SignedTypes, UnsignedTypes>::Type;
using FloatTypes = TypeList<float, double, Float16, Bfloat16>;
using NumericTypes = ConcatTypes<FloatTypes, IntTypes>::Type;

// Calls fn.template operator()<T>() for the T of the list whose DataType is
// `type` and returns true; false when the list does not hold the type:
//   DispatchType<IntTypes>(type, [&]<typename T>() { ... });
template <typename... Ts, typename Fn>
bool DispatchTypeIn(TypeList<Ts...>, DataType type, Fn&& fn) {
  return ((type == kDataTypeOf<Ts> ? (fn.template operator()<Ts>(), true)
                                   : false) ||
          ...);
}
template <typename List, typename Fn>
bool DispatchType(DataType type, Fn&& fn) {
  return DispatchTypeIn(List{}, type, std::forward<Fn>(fn));
}

template <typename List>
bool HasType(DataType type) {
  return DispatchType<List>(type, []<typename T>() {});
}

// Calls fn.template operator()<U>() with the unsigned integer of `bytes`
// bytes (1, 2, 4, 8): for kernels that only move elements. False otherwise.
template <typename Fn>
bool DispatchWidth(int bytes, Fn&& fn) {
  switch (bytes) {
    case 1:
      fn.template operator()<uint8_t>();
      return true;
    case 2:
      fn.template operator()<uint16_t>();
      return true;
    case 4:
      fn.template operator()<uint32_t>();
      return true;
    case 8:
      fn.template operator()<uint64_t>();
      return true;
    default:
      return false;
  }
}

inline bool IsHalf(DataType type) {
  return type == DataType::kFloat16 || type == DataType::kBfloat16;
}
inline bool IsFloating(DataType type) {
  return type == DataType::kFloat || type == DataType::kDouble || IsHalf(type);
}

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_TYPE_DISPATCH_H_
