#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_BINARY_KERNEL_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_BINARY_KERNEL_H_

#include <cstdint>

#include "backends/cpu/kernels/broadcast.h"
#include "graph/tensor_type.h"

namespace onnxifi::cpu {

// Functions of two elements of one type.
enum class BinaryOp : uint8_t {
  // Result of the operands' type.
  kAdd,
  kSub,
  kMul,
  kDiv,
  kMin,
  kMax,
  kPRelu,
  kModFloor,  // the sign of the divisor
  kModTrunc,  // the sign of the dividend
  kShiftLeft,
  kShiftRight,
  kBitwiseAnd,
  kBitwiseOr,
  kBitwiseXor,
  // Result bool.
  kEqual,
  kLess,
  kLessOrEqual,
  kGreater,
  kGreaterOrEqual,
  kAnd,
  kOr,
  kXor,
};

constexpr bool GivesBool(BinaryOp op) { return op >= BinaryOp::kEqual; }

// Computes one row; the output may be one of the inputs.
using BinaryFn = void (*)(const Row& row);

// The kernel for operands of `type` (not float16/bfloat16, which go through
// float); nullptr when there is none.
BinaryFn FindBinary(BinaryOp op, graph::DataType type);

// The parts of FindBinary: vector kernels, and operators whose elements are
// computed one by one.
BinaryFn FindArithmetic(BinaryOp op, graph::DataType type);
BinaryFn FindComparison(BinaryOp op, graph::DataType type);
BinaryFn FindDivision(BinaryOp op, graph::DataType type);

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_BINARY_KERNEL_H_
