#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_UNARY_KERNEL_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_UNARY_KERNEL_H_

#include <cstdint>

#include "graph/tensor_type.h"

namespace onnxifi::cpu {

// Functions of one element. The groups say which types have a kernel.
enum class UnaryOp : uint8_t {
  // Any number.
  kAbs,
  kNeg,
  kSign,
  kRelu,
  // Floating point.
  kSqrt,
  kReciprocal,
  kExp,
  kLog,
  kFloor,
  kCeil,
  kRound,
  kErf,
  kSin,
  kCos,
  kTan,
  kAsin,
  kAcos,
  kAtan,
  kSinh,
  kCosh,
  kTanh,
  kAsinh,
  kAcosh,
  kAtanh,
  kSigmoid,
  kHardSigmoid,      // max(0, min(1, alpha x + beta))
  kHardSwish,        // x max(0, min(1, x / 6 + 1/2))
  kSwish,            // x sigmoid(alpha x)
  kMish,             // x tanh(softplus(x))
  kLeakyRelu,        // alpha x below 0
  kThresholdedRelu,  // 0 up to alpha
  kElu,              // alpha (e^x - 1) below 0
  kSelu,             // beta (x, or alpha (e^x - 1) below 0)
  kCelu,             // alpha (e^(x/alpha) - 1) below 0
  kSoftplus,
  kSoftsign,
  kGeluErf,
  kGeluTanh,
  kAffine,  // alpha x + beta
  kClamp,   // min(max(x, alpha), beta)
  // Integers and bool.
  kBitwiseNot,
  kLogicalNot,
};

struct UnaryParams {
  float alpha = 0;
  float beta = 0;
};

// out[i] = f(in[i]); in == out is allowed.
using UnaryFn = void (*)(const void* in, void* out, int64_t count,
                         const UnaryParams& params);

// The kernel of `op` for elements of `type` (not float16/bfloat16, which go
// through float); nullptr when there is none.
UnaryFn FindUnary(UnaryOp op, graph::DataType type);

// The parts of FindUnary, by element type.
UnaryFn FindFloatUnary(UnaryOp op);
UnaryFn FindDoubleUnary(UnaryOp op);
UnaryFn FindIntegerUnary(UnaryOp op, graph::DataType type);

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_UNARY_KERNEL_H_
