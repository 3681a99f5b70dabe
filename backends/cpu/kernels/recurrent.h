#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_RECURRENT_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_RECURRENT_H_

#include <array>
#include <cstdint>

#include "backends/common/ops/recurrent_node.h"
#include "backends/cpu/kernels/unary_kernel.h"
#include "base/thread_pool.h"

namespace onnxifi::cpu {

// RNN, GRU and LSTM in F, float or double: the input's products are one GEMM
// over all steps, each step adds one for the hidden state. Thread-safe.

// An activation in the type that is computed in: post * fn(pre * x).
struct GateFunction {
  UnaryFn fn = nullptr;
  UnaryParams params;
  float pre = 1;
  float post = 1;

  template <typename F>
  void Apply(F* x, int64_t count) const;
};

// Sizes and rules of one node.
struct Recurrent : RecurrentNode {
  // Up to three functions of each direction.
  std::array<std::array<GateFunction, 3>, 2> functions;

  // Floats of one direction's packed W, and of its packed R.
  int64_t PackedInputFloats() const;
  int64_t PackedHiddenFloats() const;
};

// Weights of one direction, packed for RunDirection. Doubles are not packed.
void PackInputWeights(const Recurrent& r, const float* w, float* packed,
                      ThreadPool* pool);
void PackHiddenWeights(const Recurrent& r, const float* w, float* packed,
                       ThreadPool* pool);

// Tensors of one direction. Absent ones are null; states are dense
// [batch, hidden] in scratch.
template <typename F>
struct DirectionArgs {
  int64_t direction = 0;
  const F* x = nullptr;
  const F* w = nullptr;           // float: packed
  const F* r = nullptr;           // float: packed
  const F* bias = nullptr;        // 2 x gates x hidden
  const F* peepholes = nullptr;   // 3 x hidden
  const void* lengths = nullptr;  // int32, already checked
  F* y = nullptr;                 // the whole output of all directions
  F* h = nullptr;                 // in: initial, out: last
  F* c = nullptr;                 // LSTM only; in: initial, out: last
  F* scratch = nullptr;
};
// Elements of DirectionArgs::scratch.
int64_t DirectionScratch(const Recurrent& r);
template <typename F>
void RunDirection(const Recurrent& r, const DirectionArgs<F>& args,
                  ThreadPool* pool);

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_RECURRENT_H_
