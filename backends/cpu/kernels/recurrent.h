#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_RECURRENT_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_RECURRENT_H_

#include <array>
#include <cstdint>

#include "backends/cpu/kernels/unary_kernel.h"
#include "base/thread_pool.h"

namespace onnxifi::cpu {

// RNN, GRU and LSTM in float: the input's products are one GEMM over all
// steps, each step adds one for the hidden state. Thread-safe.

enum class Cell : uint8_t { kRnn, kGru, kLstm };

// An activation: post * fn(pre * x).
struct GateFunction {
  UnaryFn fn = nullptr;
  UnaryParams params;
  float pre = 1;
  float post = 1;

  void Apply(float* x, int64_t count) const;
};

// Sizes and rules of one node.
struct Recurrent {
  Cell cell = Cell::kRnn;
  int64_t steps = 0;
  int64_t batch = 0;
  int64_t inputs = 0;
  int64_t hidden = 0;
  int64_t directions = 1;
  bool reverse_first = false;  // the only direction runs backwards
  bool batch_first = false;    // layout 1
  bool input_forget = false;
  bool linear_before_reset = false;
  float clip = 0;  // 0: none
  // Up to three functions of each direction.
  std::array<std::array<GateFunction, 3>, 2> functions;

  int64_t gates() const {
    return cell == Cell::kLstm ? 4 : cell == Cell::kGru ? 3 : 1;
  }
  // Floats of one direction's packed W, and of its packed R.
  int64_t PackedInputFloats() const;
  int64_t PackedHiddenFloats() const;
};

// Weights of one direction, packed for RunDirection.
void PackInputWeights(const Recurrent& r, const float* w, float* packed,
                      ThreadPool* pool);
void PackHiddenWeights(const Recurrent& r, const float* w, float* packed,
                       ThreadPool* pool);

// Tensors of one direction. Absent ones are null; states are dense
// [batch, hidden] in scratch.
struct DirectionArgs {
  int64_t direction = 0;
  const float* x = nullptr;
  const float* packed_w = nullptr;
  const float* packed_r = nullptr;
  const float* bias = nullptr;       // 2 x gates x hidden
  const float* peepholes = nullptr;  // 3 x hidden
  const void* lengths = nullptr;     // int32, already checked
  float* y = nullptr;                // the whole output of all directions
  float* h = nullptr;                // in: initial, out: last
  float* c = nullptr;                // LSTM only; in: initial, out: last
  float* scratch = nullptr;
};
int64_t DirectionScratchFloats(const Recurrent& r);
void RunDirection(const Recurrent& r, const DirectionArgs& args,
                  ThreadPool* pool);

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_RECURRENT_H_
