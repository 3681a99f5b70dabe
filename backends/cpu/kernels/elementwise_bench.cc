#include <benchmark/benchmark.h>

#include <array>
#include <vector>

#include "backends/cpu/kernels/binary_op.h"
#include "backends/cpu/kernels/broadcast.h"
#include "backends/cpu/kernels/convert.h"
#include "backends/cpu/kernels/reduce_plan.h"
#include "backends/cpu/kernels/unary_kernel.h"
#include "base/thread_pool.h"

namespace onnxifi::cpu {
namespace {

using graph::DataType;
using graph::Shape;

// Bytes read and written per iteration, so that a result can be held against
// the machine's memory bandwidth.
void Report(benchmark::State& state, int64_t bytes) {
  state.SetBytesProcessed(state.iterations() * bytes);
}

void BM_Unary(benchmark::State& state, UnaryOp op) {
  const int64_t count = state.range(0);
  std::vector<float> x(static_cast<size_t>(count), 0.7f);
  std::vector<float> y(x.size());
  const UnaryFn fn = FindFloatUnary(op);
  for (auto _ : state) {
    fn(x.data(), y.data(), count, {.alpha = 0.1f, .beta = 0.5f});
    benchmark::ClobberMemory();
  }
  Report(state, count * 8);
}
BENCHMARK_CAPTURE(BM_Unary, Relu, UnaryOp::kRelu)->Arg(1 << 14)->Arg(1 << 22);
BENCHMARK_CAPTURE(BM_Unary, Exp, UnaryOp::kExp)->Arg(1 << 14);
BENCHMARK_CAPTURE(BM_Unary, Tanh, UnaryOp::kTanh)->Arg(1 << 14);
BENCHMARK_CAPTURE(BM_Unary, Sigmoid, UnaryOp::kSigmoid)->Arg(1 << 14);
BENCHMARK_CAPTURE(BM_Unary, Erf, UnaryOp::kErf)->Arg(1 << 14);
BENCHMARK_CAPTURE(BM_Unary, GeluErf, UnaryOp::kGeluErf)->Arg(1 << 14);

void BM_Add(benchmark::State& state, Shape a, Shape b) {
  const std::array<Shape, 2> shapes = {a, b};
  const BroadcastPlan plan(a, shapes);
  const auto count = static_cast<size_t>(plan.total());
  std::vector<float> x(count, 1);
  std::vector<float> y(count, 2);
  std::vector<float> z(count);
  const BinaryRow row = MakeBinaryRow(BinaryOp::kAdd, DataType::kFloat);
  const BroadcastArgs args{.in = {x.data(), y.data(), nullptr},
                           .in_bytes = {4, 4, 0},
                           .out = z.data(),
                           .out_bytes = 4};
  for (auto _ : state) {
    plan.Run(ThreadPool::Global(), args, 16384, &RunBinaryRow, &row);
    benchmark::ClobberMemory();
  }
  Report(state, plan.total() * 8);
}
BENCHMARK_CAPTURE(BM_Add, one, Shape{1}, Shape{1});
BENCHMARK_CAPTURE(BM_Add, same_16k, Shape{16384}, Shape{16384});
BENCHMARK_CAPTURE(BM_Add, same_4m, Shape{1 << 22}, Shape{1 << 22});
BENCHMARK_CAPTURE(BM_Add, bias_768, Shape{128, 768}, Shape{768});
BENCHMARK_CAPTURE(BM_Add, channels, Shape{1, 64, 56, 56}, Shape{64, 1, 1});
BENCHMARK_CAPTURE(BM_Add, blocked_bias, Shape{1, 8, 56, 56, 8},
                  Shape{1, 8, 1, 1, 8});
BENCHMARK_CAPTURE(BM_Add, last_3, Shape{65536, 3}, Shape{3});
BENCHMARK_CAPTURE(BM_Add, outer_3, Shape{65536, 3}, Shape{65536, 1});

void BM_Cast(benchmark::State& state, DataType from, DataType to) {
  constexpr int64_t kCount = 1 << 14;
  std::vector<double> x(kCount);
  std::vector<double> y(kCount);
  for (auto _ : state) {
    Convert(from, x.data(), to, y.data(), 0, kCount, {});
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * kCount);
}
BENCHMARK_CAPTURE(BM_Cast, float_half, DataType::kFloat, DataType::kFloat16);
BENCHMARK_CAPTURE(BM_Cast, half_float, DataType::kFloat16, DataType::kFloat);
BENCHMARK_CAPTURE(BM_Cast, int64_float, DataType::kInt64, DataType::kFloat);
BENCHMARK_CAPTURE(BM_Cast, uint8_float, DataType::kUint8, DataType::kFloat);
BENCHMARK_CAPTURE(BM_Cast, float_int32, DataType::kFloat, DataType::kInt32);

void BM_Sum(benchmark::State& state, Shape dims, uint64_t reduced) {
  const ReducePlan plan(DataType::kFloat, dims, reduced, ReduceOp::kSum,
                        ReduceEnd::kMean);
  int64_t count = 1;
  for (const int64_t dim : dims) count *= dim;
  std::vector<float> x(static_cast<size_t>(count), 1);
  std::vector<float> y(static_cast<size_t>(plan.outputs()));
  std::vector<char> scratch(ReducePlan::ScratchBytes(count));
  for (auto _ : state) {
    plan.Run(ThreadPool::Global(), x.data(), y.data(), scratch.data());
    benchmark::ClobberMemory();
  }
  Report(state, count * 4);
}
BENCHMARK_CAPTURE(BM_Sum, rows_768, Shape{128, 768}, 2);
BENCHMARK_CAPTURE(BM_Sum, columns_768, Shape{128, 768}, 1);
BENCHMARK_CAPTURE(BM_Sum, spatial_49, Shape{1, 2048, 7, 7}, 12);
BENCHMARK_CAPTURE(BM_Sum, all_4m, Shape{1 << 22}, 1);

}  // namespace
}  // namespace onnxifi::cpu
