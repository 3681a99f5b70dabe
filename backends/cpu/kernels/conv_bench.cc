#include <benchmark/benchmark.h>

#include <vector>

#include "backends/cpu/aligned_floats.h"
#include "backends/cpu/cpu_features.h"
#include "backends/cpu/dnnl_util.h"
#include "backends/cpu/kernels/gemm.h"
#include "backends/cpu/kernels/winograd_conv.h"
#include "base/thread_pool.h"

// Our kernels beside oneDNN's on one thread, for the 3x3 layers of ResNet-50
// and VGG and the products of BERT. `GFlops` counts the direct method's
// operations, also for Winograd's.
namespace onnxifi::cpu {
namespace {

// Channels in and out, image height and width.
void ConvLayers(benchmark::internal::Benchmark* b) {
  b->Args({64, 64, 56})->Args({128, 128, 28})->Args({256, 256, 14});
  b->Args({256, 256, 56})->Args({512, 512, 28})->UseRealTime();
}

AlignedFloats Filled(size_t count) {
  AlignedFloats floats;
  if (!floats.Allocate(count).ok()) return floats;
  for (size_t i = 0; i < count; ++i) {
    floats.data()[i] = static_cast<float>(i % 17) * 0.1f;
  }
  return floats;
}

void Report(benchmark::State& state, int64_t multiplications) {
  state.counters["GFlops"] =
      benchmark::Counter(2e-9 * static_cast<double>(multiplications),
                         benchmark::Counter::kIsIterationInvariantRate);
}

void DnnlDirect(benchmark::State& state) {
  const int64_t in = state.range(0);
  const int64_t out = state.range(1);
  const int64_t size = state.range(2);
  DnnlConvShape shape;
  shape.in_channels = in;
  shape.out_channels = out;
  shape.in = shape.out = {size, size};
  shape.kernel = {3, 3};
  shape.strides = shape.dilations = shape.pad_begin = shape.pad_end = {1, 1};
  shape.src = shape.dst = ToDnnlLayout(PreferredLayout());
  const auto conv = DnnlConv::Create(shape, true);
  if (!conv.ok()) return state.SkipWithError("no such primitive");
  auto call = DnnlConvCall::Create(*conv);
  if (!call.ok()) return state.SkipWithError("no memory objects");
  AlignedFloats weights = Filled((*conv)->weight_bytes() / sizeof(float));
  AlignedFloats src = Filled(static_cast<size_t>(in * size * size));
  AlignedFloats dst = Filled(static_cast<size_t>(out * size * size));
  AlignedFloats scratch = Filled((*conv)->scratch_bytes() / sizeof(float) + 16);
  const SingleThreadOmp single;
  for (auto _ : state) {
    static_cast<void>((*call)->Execute(
        {src.data(), weights.data(), nullptr, dst.data(), scratch.data()}));
  }
  Report(state, in * out * size * size * 9);
}
BENCHMARK(DnnlDirect)->Apply(ConvLayers);

void Winograd(benchmark::State& state) {
  WinogradShape shape;
  shape.in_channels = state.range(0);
  shape.out_channels = state.range(1);
  shape.in_h = shape.in_w = shape.out_h = shape.out_w = state.range(2);
  shape.pad_top = shape.pad_left = 1;
  shape.block = static_cast<int>(PreferredLayout());
  if (!WinogradSupported(shape.block)) {
    return state.SkipWithError("needs AVX2");
  }
  ThreadPool pool(1);
  const size_t points = static_cast<size_t>(shape.in_h * shape.in_w);
  AlignedFloats plain =
      Filled(static_cast<size_t>(shape.in_channels * shape.out_channels * 9));
  AlignedFloats weights = Filled(WinogradWeightFloats(shape));
  WinogradTransformWeights(shape, plain.data(), weights.data(), pool);
  AlignedFloats src = Filled(static_cast<size_t>(shape.in_channels) * points);
  AlignedFloats dst = Filled(static_cast<size_t>(shape.out_channels) * points);
  AlignedFloats scratch =
      Filled(WinogradScratchBytes(shape, 1) / sizeof(float) + 16);
  WinogradEpilogue epilogue;
  epilogue.lo = -1e30f;
  epilogue.hi = 1e30f;
  for (auto _ : state) {
    WinogradRun(shape, src.data(), weights.data(), epilogue, dst.data(),
                scratch.data(), pool);
  }
  Report(state,
         shape.in_channels * shape.out_channels * shape.in_h * shape.in_w * 9);
}
BENCHMARK(Winograd)->Apply(ConvLayers);

// With the weights of so many layers in turn that each comes from memory, as
// those of a model do.
void PackedGemm(benchmark::State& state) {
  constexpr size_t kFloatsInTurn = size_t{24} << 20;
  const GemmShape shape = {state.range(0), state.range(1), state.range(2)};
  ThreadPool pool(1);
  AlignedFloats a = Filled(static_cast<size_t>(shape.m * shape.k));
  AlignedFloats b = Filled(static_cast<size_t>(shape.k * shape.n));
  AlignedFloats c = Filled(static_cast<size_t>(shape.m * shape.n));
  const size_t layer = PackedFloats(shape.k, shape.n);
  const size_t layers = std::max<size_t>(1, kFloatsInTurn / layer);
  AlignedFloats packed = Filled(layers * layer);
  for (size_t i = 0; i < layers; ++i) {
    PackMatrix(b.data(), shape.n, 1, shape, 1.0f, pool,
               packed.data() + i * layer);
  }
  GemmBatch batch;
  batch.shape = shape;
  batch.a = a.data();
  batch.c = c.data();
  size_t turn = 0;
  for (auto _ : state) {
    batch.packed = packed.data() + turn * layer;
    turn = turn + 1 == layers ? 0 : turn + 1;
    RunGemmBatch(batch, pool);
  }
  Report(state, shape.m * shape.n * shape.k);
}
BENCHMARK(PackedGemm)
    ->Args({128, 768, 768})
    ->Args({128, 3072, 768})
    ->Args({128, 768, 3072})
    ->Args({512, 768, 768})
    ->Args({512, 3072, 768})
    ->Args({512, 768, 3072})
    ->Args({1, 768, 768})
    ->Args({1, 4096, 4096})
    ->UseRealTime();

}  // namespace
}  // namespace onnxifi::cpu
