#include "backends/cpu/kernels/hwy_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backends/cpu/kernels/binary_comparison.cc"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include "backends/cpu/kernels/binary_kernel.h"
#include "backends/cpu/kernels/binary_loop-inl.h"
#include "backends/cpu/kernels/type_dispatch.h"

HWY_BEFORE_NAMESPACE();
namespace onnxifi::cpu::HWY_NAMESPACE {

#define ONNXIFI_COMPARE(name, expression)       \
  struct name {                                 \
    template <typename T>                       \
    static HWY_INLINE uint8_t Apply(T a, T b) { \
      return static_cast<uint8_t>(expression);  \
    }                                           \
  }
ONNXIFI_COMPARE(EqualOp, a == b);
ONNXIFI_COMPARE(LessOp, a < b);
ONNXIFI_COMPARE(LessOrEqualOp, a <= b);
ONNXIFI_COMPARE(GreaterOp, a > b);
ONNXIFI_COMPARE(GreaterOrEqualOp, a >= b);
// Bool operands are bytes; any value but 0 counts as true.
ONNXIFI_COMPARE(AndOp, (a != 0) & (b != 0));
ONNXIFI_COMPARE(OrOp, (a | b) != 0);
ONNXIFI_COMPARE(XorOp, (a != 0) != (b != 0));
#undef ONNXIFI_COMPARE

using Ordered = ConcatTypes<TypeList<float, double>, IntTypes>::Type;

template <class F>
BinaryFn Pick(DataType type) {
  BinaryFn fn = nullptr;
  DispatchType<Ordered>(type,
                        [&]<typename T>() { fn = &BinaryLoop<F, T, uint8_t>; });
  return fn;
}

template <class F>
BinaryFn PickBool(DataType type) {
  return type == DataType::kBool ? &BinaryLoop<F, uint8_t, uint8_t> : nullptr;
}

BinaryFn PickComparison(BinaryOp op, DataType type) {
  switch (op) {
    case BinaryOp::kEqual:
      return Pick<EqualOp>(type == DataType::kBool ? DataType::kUint8 : type);
    case BinaryOp::kLess:
      return Pick<LessOp>(type);
    case BinaryOp::kLessOrEqual:
      return Pick<LessOrEqualOp>(type);
    case BinaryOp::kGreater:
      return Pick<GreaterOp>(type);
    case BinaryOp::kGreaterOrEqual:
      return Pick<GreaterOrEqualOp>(type);
    case BinaryOp::kAnd:
      return PickBool<AndOp>(type);
    case BinaryOp::kOr:
      return PickBool<OrOp>(type);
    case BinaryOp::kXor:
      return PickBool<XorOp>(type);
    default:
      return nullptr;
  }
}

}  // namespace onnxifi::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace onnxifi::cpu {

HWY_EXPORT(PickComparison);

BinaryFn FindComparison(BinaryOp op, DataType type) {
  return HWY_DYNAMIC_DISPATCH(PickComparison)(op, type);
}

}  // namespace onnxifi::cpu
#endif  // HWY_ONCE
