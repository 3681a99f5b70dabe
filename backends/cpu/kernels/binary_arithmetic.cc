#include "backends/cpu/kernels/hwy_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backends/cpu/kernels/binary_arithmetic.cc"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include <type_traits>

#include "backends/cpu/kernels/binary_kernel.h"
#include "backends/cpu/kernels/binary_loop-inl.h"
#include "backends/cpu/kernels/type_dispatch.h"

HWY_BEFORE_NAMESPACE();
namespace onnxifi::cpu::HWY_NAMESPACE {

// Integers are computed as unsigned 32- or 64-bit numbers, so that they wrap.
template <typename T>
using Wide =
    std::conditional_t<std::is_floating_point_v<T>, T,
                       std::conditional_t<sizeof(T) == 8, uint64_t, uint32_t>>;

#define ONNXIFI_BINARY(name, expression)  \
  struct name {                           \
    template <typename T>                 \
    static HWY_INLINE T Apply(T a, T b) { \
      return static_cast<T>(expression);  \
    }                                     \
  }
ONNXIFI_BINARY(AddOp, static_cast<Wide<T>>(a) + static_cast<Wide<T>>(b));
ONNXIFI_BINARY(SubOp, static_cast<Wide<T>>(a) - static_cast<Wide<T>>(b));
ONNXIFI_BINARY(MulOp, static_cast<Wide<T>>(a) * static_cast<Wide<T>>(b));
ONNXIFI_BINARY(DivOp, a / b);
// Minimum and maximum keep NaN, as NumPy's do.
ONNXIFI_BINARY(MinOp, ((a < b) | (a != a)) ? a : b);
ONNXIFI_BINARY(MaxOp, ((a > b) | (a != a)) ? a : b);
ONNXIFI_BINARY(PReluOp, a < T{0}
                            ? static_cast<Wide<T>>(a) * static_cast<Wide<T>>(b)
                            : static_cast<Wide<T>>(a));
ONNXIFI_BINARY(AndOp, a& b);
ONNXIFI_BINARY(OrOp, a | b);
ONNXIFI_BINARY(XorOp, a ^ b);
#undef ONNXIFI_BINARY

template <class F, typename List>
BinaryFn Pick(DataType type) {
  BinaryFn fn = nullptr;
  DispatchType<List>(type, [&]<typename T>() { fn = &BinaryLoop<F, T, T>; });
  return fn;
}

// The type whose arithmetic gives the same bits.
DataType Unsigned(DataType type) {
  switch (type) {
    case DataType::kInt8:
      return DataType::kUint8;
    case DataType::kInt16:
      return DataType::kUint16;
    case DataType::kInt32:
      return DataType::kUint32;
    case DataType::kInt64:
      return DataType::kUint64;
    default:
      return type;
  }
}

using Floats = TypeList<float, double>;
using Wrapping = ConcatTypes<Floats, UnsignedTypes>::Type;
using Ordered = ConcatTypes<Floats, IntTypes>::Type;
using PReluTypes =
    TypeList<float, double, int32_t, int64_t, uint32_t, uint64_t>;

BinaryFn PickArithmetic(BinaryOp op, DataType type) {
  switch (op) {
    case BinaryOp::kAdd:
      return Pick<AddOp, Wrapping>(Unsigned(type));
    case BinaryOp::kSub:
      return Pick<SubOp, Wrapping>(Unsigned(type));
    case BinaryOp::kMul:
      return Pick<MulOp, Wrapping>(Unsigned(type));
    case BinaryOp::kDiv:
      return Pick<DivOp, Floats>(type);
    case BinaryOp::kMin:
      return Pick<MinOp, Ordered>(type);
    case BinaryOp::kMax:
      return Pick<MaxOp, Ordered>(type);
    case BinaryOp::kPRelu:
      return Pick<PReluOp, PReluTypes>(type);
    case BinaryOp::kBitwiseAnd:
      return Pick<AndOp, UnsignedTypes>(Unsigned(type));
    case BinaryOp::kBitwiseOr:
      return Pick<OrOp, UnsignedTypes>(Unsigned(type));
    case BinaryOp::kBitwiseXor:
      return Pick<XorOp, UnsignedTypes>(Unsigned(type));
    default:
      return nullptr;
  }
}

}  // namespace onnxifi::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace onnxifi::cpu {

HWY_EXPORT(PickArithmetic);

BinaryFn FindArithmetic(BinaryOp op, DataType type) {
  return HWY_DYNAMIC_DISPATCH(PickArithmetic)(op, type);
}

BinaryFn FindBinary(BinaryOp op, DataType type) {
  if (GivesBool(op)) return FindComparison(op, type);
  const BinaryFn fn = FindArithmetic(op, type);
  return fn != nullptr ? fn : FindDivision(op, type);
}

}  // namespace onnxifi::cpu
#endif  // HWY_ONCE
