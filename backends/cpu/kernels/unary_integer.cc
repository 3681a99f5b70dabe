#include "backends/cpu/kernels/hwy_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backends/cpu/kernels/unary_integer.cc"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include <type_traits>

#include "backends/cpu/kernels/type_dispatch.h"
#include "backends/cpu/kernels/unary_kernel.h"

HWY_BEFORE_NAMESPACE();
namespace onnxifi::cpu::HWY_NAMESPACE {

// Integer arithmetic wraps as two's complement: the smallest number is its
// own negative and absolute value.
template <UnaryOp op, typename T>
HWY_INLINE T ApplyInteger(T x) {
  using Bits = std::make_unsigned_t<T>;
  const T negative = static_cast<T>(Bits{0} - static_cast<Bits>(x));
  if constexpr (op == UnaryOp::kAbs) return x < 0 ? negative : x;
  if constexpr (op == UnaryOp::kNeg) return negative;
  if constexpr (op == UnaryOp::kSign) {
    return static_cast<T>((x > 0 ? 1 : 0) - (x < 0 ? 1 : 0));
  }
  if constexpr (op == UnaryOp::kRelu) return x < 0 ? T{0} : x;
  if constexpr (op == UnaryOp::kBitwiseNot) return static_cast<T>(~x);
  // erf in float, its fraction dropped: from 4 on it rounds to 1.
  if constexpr (op == UnaryOp::kErf) {
    const int above = x > 3 ? 1 : 0;
    if constexpr (std::is_signed_v<T>) {
      return static_cast<T>(above - (x < -3 ? 1 : 0));
    } else {
      return static_cast<T>(above);
    }
  }
  return x;
}

template <UnaryOp op, typename T>
void IntegerLoop(const void* in, void* out, int64_t count) {
  const auto* x = static_cast<const T*>(in);
  auto* y = static_cast<T*>(out);
  ONNXIFI_CPU_INDEPENDENT
  for (int64_t i = 0; i < count; ++i) y[i] = ApplyInteger<op>(x[i]);
}

template <typename T>
void ApplyIntegerUnary(UnaryOp op, const void* in, void* out, int64_t count) {
  switch (op) {
    case UnaryOp::kAbs:
      return IntegerLoop<UnaryOp::kAbs, T>(in, out, count);
    case UnaryOp::kNeg:
      return IntegerLoop<UnaryOp::kNeg, T>(in, out, count);
    case UnaryOp::kSign:
      return IntegerLoop<UnaryOp::kSign, T>(in, out, count);
    case UnaryOp::kRelu:
      return IntegerLoop<UnaryOp::kRelu, T>(in, out, count);
    case UnaryOp::kErf:
      return IntegerLoop<UnaryOp::kErf, T>(in, out, count);
    default:
      return IntegerLoop<UnaryOp::kBitwiseNot, T>(in, out, count);
  }
}

void ApplyAnyIntegerUnary(UnaryOp op, DataType type, const void* in, void* out,
                          int64_t count) {
  DispatchType<IntTypes>(
      type, [&]<typename T>() { ApplyIntegerUnary<T>(op, in, out, count); });
}

void ApplyLogicalNot(const void* in, void* out, int64_t count) {
  const auto* x = static_cast<const uint8_t*>(in);
  auto* y = static_cast<uint8_t*>(out);
  ONNXIFI_CPU_INDEPENDENT
  for (int64_t i = 0; i < count; ++i) y[i] = x[i] == 0 ? 1 : 0;
}

}  // namespace onnxifi::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace onnxifi::cpu {

HWY_EXPORT(ApplyAnyIntegerUnary);
HWY_EXPORT(ApplyLogicalNot);

namespace {

template <UnaryOp op, typename T>
void Dispatch(const void* in, void* out, int64_t count, const UnaryParams&) {
  HWY_DYNAMIC_DISPATCH(ApplyAnyIntegerUnary)
  (op, kDataTypeOf<T>, in, out, count);
}

void DispatchNot(const void* in, void* out, int64_t count, const UnaryParams&) {
  HWY_DYNAMIC_DISPATCH(ApplyLogicalNot)(in, out, count);
}

}  // namespace

UnaryFn FindIntegerUnary(UnaryOp op, DataType type) {
  if (op == UnaryOp::kLogicalNot) {
    return type == DataType::kBool ? &DispatchNot : nullptr;
  }
  UnaryFn fn = nullptr;
  DispatchType<IntTypes>(type, [&]<typename T>() {
    if (op == UnaryOp::kAbs) fn = &Dispatch<UnaryOp::kAbs, T>;
    if (op == UnaryOp::kNeg) fn = &Dispatch<UnaryOp::kNeg, T>;
    if (op == UnaryOp::kSign) fn = &Dispatch<UnaryOp::kSign, T>;
    if (op == UnaryOp::kRelu) fn = &Dispatch<UnaryOp::kRelu, T>;
    if (op == UnaryOp::kErf) fn = &Dispatch<UnaryOp::kErf, T>;
    if (op == UnaryOp::kBitwiseNot) fn = &Dispatch<UnaryOp::kBitwiseNot, T>;
  });
  return fn;
}

UnaryFn FindUnary(UnaryOp op, DataType type) {
  if (type == DataType::kFloat) return FindFloatUnary(op);
  if (type == DataType::kDouble) return FindDoubleUnary(op);
  return FindIntegerUnary(op, type);
}

}  // namespace onnxifi::cpu
#endif  // HWY_ONCE
