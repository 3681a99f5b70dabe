#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_WINOGRAD_PLAN_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_WINOGRAD_PLAN_H_

#include <cstddef>
#include <cstdint>

#include "backends/cpu/kernels/winograd_conv.h"

namespace onnxifi::cpu {

// How a Winograd convolution is cut into work. Tiles are numbered over batch,
// rows and columns. A group of tiles goes through input transform, products
// and output transform; either each thread takes whole groups through all
// three (small weights stay in its cache), or all threads share one group
// stage by stage (large weights are read once).
struct WinogradPlan {
  int64_t tiles_h = 0, tiles_w = 0, tiles = 0;
  int64_t in_blocks = 0, out_blocks = 0;
  int64_t positions = 0;  // (m + 2)^2
  int64_t group = 0;      // tiles per group
  int64_t groups = 0;
  bool staged = false;      // one group at a time, threads inside
  size_t group_floats = 0;  // transformed input + products of one group
};

WinogradPlan MakeWinogradPlan(const WinogradShape& shape);

// Arguments of the per-architecture loops.
struct WinogradCall {
  const WinogradShape* shape;
  const WinogradPlan* plan;
  const float* src;
  const float* transformed;
  const WinogradEpilogue* epilogue;
  float* dst;
};

// The loops of one instruction set: each handles tiles [begin, end) of a
// group (first tile of the group: `first`), or positions [begin, end).
struct WinogradKernels {
  void (*input)(const WinogradCall& call, int64_t first, int64_t begin,
                int64_t end, float* v);
  // Rows [row_begin, row_end) of the group's products at `position`, output
  // blocks [ob_begin, ob_end).
  void (*multiply)(const WinogradCall& call, int64_t rows, int64_t position,
                   int64_t ob_begin, int64_t ob_end, const float* v,
                   float* out);
  void (*output)(const WinogradCall& call, int64_t first, int64_t begin,
                 int64_t end, const float* products);
};

extern const WinogradKernels kWinogradAvx2;
extern const WinogradKernels kWinogradAvx512;

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_WINOGRAD_PLAN_H_
