#include <cmath>
#include <limits>
#include <type_traits>

#include "backends/cpu/kernels/binary_kernel.h"
#include "backends/cpu/kernels/type_dispatch.h"

namespace onnxifi::cpu {

namespace {

// Division by -1 is done by negation, as the smallest number overflows.
template <typename T>
bool IsMinusOne(T value) {
  return std::is_signed_v<T> && value == static_cast<T>(-1);
}

template <typename T>
T Negated(T value) {
  using Bits = std::make_unsigned_t<T>;
  return static_cast<T>(Bits{0} - static_cast<Bits>(value));
}

// Truncates; division by zero gives 0, as NumPy's does.
struct DivOp {
  template <typename T>
  static T Apply(T a, T b) {
    if (b == 0) return 0;
    if (IsMinusOne(b)) return Negated(a);
    return static_cast<T>(a / b);
  }
};

struct ModTruncOp {
  template <typename T>
  static T Apply(T a, T b) {
    if constexpr (std::is_floating_point_v<T>) {
      return std::fmod(a, b);
    } else {
      return b == 0 || IsMinusOne(b) ? T{0} : static_cast<T>(a % b);
    }
  }
};

struct ModFloorOp {
  template <typename T>
  static T Apply(T a, T b) {
    const T rest = ModTruncOp::Apply(a, b);
    if constexpr (std::is_floating_point_v<T>) {
      if (rest == 0) return std::copysign(T{0}, b);
      // Also right for an infinite divisor: a + inf = inf of its sign.
      return (rest < 0) != (b < 0) ? rest + b : rest;
    } else {
      return rest != 0 && (rest < 0) != (b < 0) ? static_cast<T>(rest + b)
                                                : rest;
    }
  }
};

template <typename T>
bool ShiftsOut(T by) {
  return by < 0 || static_cast<uint64_t>(by) >= sizeof(T) * 8;
}

struct ShiftLeftOp {
  template <typename T>
  static T Apply(T a, T by) {
    if (ShiftsOut(by)) return 0;
    return static_cast<T>(static_cast<uint64_t>(a) << by);
  }
};

struct ShiftRightOp {
  template <typename T>
  static T Apply(T a, T by) {
    if (ShiftsOut(by)) return a < 0 ? static_cast<T>(-1) : T{0};
    return static_cast<T>(a >> by);
  }
};

template <class F, typename T>
void Loop(const Row& row) {
  const T* a = reinterpret_cast<const T*>(row.in[0]);
  const T* b = reinterpret_cast<const T*>(row.in[1]);
  T* out = reinterpret_cast<T*>(row.out);
  for (int64_t i = 0; i < row.count; ++i) {
    out[i] = F::Apply(*a, *b);
    a += row.step[0];
    b += row.step[1];
  }
}

template <class F, typename List>
BinaryFn Pick(DataType type) {
  BinaryFn fn = nullptr;
  DispatchType<List>(type, [&]<typename T>() { fn = &Loop<F, T>; });
  return fn;
}

}  // namespace

BinaryFn FindDivision(BinaryOp op, DataType type) {
  using Numbers = ConcatTypes<TypeList<float, double>, IntTypes>::Type;
  switch (op) {
    case BinaryOp::kDiv:
      return Pick<DivOp, IntTypes>(type);
    case BinaryOp::kModFloor:
      return Pick<ModFloorOp, Numbers>(type);
    case BinaryOp::kModTrunc:
      return Pick<ModTruncOp, Numbers>(type);
    case BinaryOp::kShiftLeft:
      return Pick<ShiftLeftOp, IntTypes>(type);
    case BinaryOp::kShiftRight:
      return Pick<ShiftRightOp, IntTypes>(type);
    default:
      return nullptr;
  }
}

}  // namespace onnxifi::cpu
