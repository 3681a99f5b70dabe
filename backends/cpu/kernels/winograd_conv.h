#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_WINOGRAD_CONV_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_WINOGRAD_CONV_H_

#include <cstddef>
#include <cstdint>

#include "base/thread_pool.h"

namespace onnxifi::cpu {

// A 3x3 convolution of stride 1, dilation 1 and one group by Winograd's
// minimal filtering F(m x m, 3x3), m = 2 or 4, on channel-blocked float32
// tensors (block 8 needs AVX2, block 16 AVX-512). Channel counts are padded
// to the block; padded input channels must hold zeros.
struct WinogradShape {
  int64_t batch = 1;
  int64_t in_channels = 0;
  int64_t out_channels = 0;
  int64_t in_h = 0, in_w = 0;
  int64_t out_h = 0, out_w = 0;
  int64_t pad_top = 0, pad_left = 0;
  int block = 8;
  int m = 4;  // outputs per tile and dimension
};

// out = clamp(conv + bias + residual, lo, hi); then values below zero are
// multiplied by `slope` (1: leave them).
struct WinogradEpilogue {
  const float* bias = nullptr;      // out_channels padded to the block
  const float* residual = nullptr;  // laid out as the output
  float lo = 0, hi = 0;             // -infinity and infinity for none
  float slope = 1.0f;
};

// True when this CPU can run blocks of that size.
bool WinogradSupported(int block);

// Floats of the transformed weights, and the transform (once per graph).
// `weights` is OIHW 3x3, any alignment.
size_t WinogradWeightFloats(const WinogradShape& shape);
void WinogradTransformWeights(const WinogradShape& shape, const void* weights,
                              float* out, ThreadPool& pool);

// Bytes of scratch that a run on `threads` threads needs, 64-byte aligned.
size_t WinogradScratchBytes(const WinogradShape& shape, int threads);

// Multiplications and cache traffic as seconds on a typical core; only good
// for comparing m = 2 with m = 4 on one shape.
double WinogradCost(const WinogradShape& shape);

void WinogradRun(const WinogradShape& shape, const float* src,
                 const float* transformed, const WinogradEpilogue& epilogue,
                 float* dst, void* scratch, ThreadPool& pool);

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_WINOGRAD_CONV_H_
