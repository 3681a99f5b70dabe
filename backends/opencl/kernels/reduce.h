#ifndef ONNXIFI_BACKENDS_OPENCL_KERNELS_REDUCE_H_
#define ONNXIFI_BACKENDS_OPENCL_KERNELS_REDUCE_H_

#include <cstdint>
#include <vector>

#include "backends/opencl/kernels/pointwise.h"
#include "backends/opencl/kernels/row_kernel.h"

namespace onnxifi::opencl {

// What a Reduce operator does, as text of OpenCL C (row_kernel.h).
struct ReduceRule {
  enum class Start : uint8_t { kZero, kOne, kLowest, kHighest };
  enum class End : uint8_t { kNone, kMean, kSqrt, kLog, kLogSumExp };

  const char* op = nullptr;
  Start start = Start::kZero;
  const char* value = "x_v";
  const char* combine = kSumText;
  End end = End::kNone;
  TypeSet types = 0;
  int axes_input = 18;  // since this version the axes are an input
};

// Types that sums are formed in.
inline constexpr TypeSet kSumTypes =
    kFloatTypes | TypeBit(graph::DataType::kInt32) |
    TypeBit(graph::DataType::kInt64) | TypeBit(graph::DataType::kUint32) |
    TypeBit(graph::DataType::kUint64);
// NaN wins.
inline constexpr char kReduceMaxText[] = "(b > a) | (b != b) ? b : a";
inline constexpr char kReduceMinText[] = "(b < a) | (b != b) ? b : a";

Reject SupportsReduce(const NodeView& node, const ReduceRule& rule);
Status PrepareReduce(PrepareContext& ctx, const ReduceRule& rule);

// Half types are computed in float.
graph::DataType ComputeType(graph::DataType type);

// The dimensions of a dense tensor of which bit d of `reduced` marks the
// reduced ones.
std::vector<RowDim> RowDims(std::span<const int64_t> dims, uint64_t reduced);
// Strides of a dense tensor without the reduced dimensions, 0 along them.
std::vector<int64_t> KeptStrides(std::span<const RowDim> dims);

template <const ReduceRule& rule>
constexpr OpKernel ReduceKernel() {
  OpKernel kernel;
  kernel.op = rule.op;
  kernel.supports = [](const NodeView& n) { return SupportsReduce(n, rule); };
  kernel.prepare = [](PrepareContext& ctx) { return PrepareReduce(ctx, rule); };
  return kernel;
}

// Defines the entry of an operator file:
//   ONNXIFI_CL_REDUCE(reduce_max, {.op = "ReduceMax", ...});
#define ONNXIFI_CL_REDUCE(stem, ...)                 \
  extern const ReduceRule kReduce_##stem;            \
  constexpr ReduceRule kReduce_##stem = __VA_ARGS__; \
  ONNXIFI_DEFINE_OPS(stem, ReduceKernel<kReduce_##stem>())

}  // namespace onnxifi::opencl

#endif  // ONNXIFI_BACKENDS_OPENCL_KERNELS_REDUCE_H_
