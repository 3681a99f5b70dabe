#include "backends/cpu/kernels/recurrent.h"

#include <algorithm>
#include <cstring>

#include "backends/cpu/kernels/number_bytes.h"
#include "backends/cpu/kernels/strided_gemm.h"

namespace onnxifi::cpu {

namespace {

int64_t Padded(int64_t floats) { return (floats + 15) / 16 * 16; }

int64_t PackedFloatsOf(int64_t k, int64_t n) {
  return Padded(static_cast<int64_t>(PackedFloats(k, n)));
}

// Columns of R that are multiplied with the hidden state before the gates are
// known; GRU's candidate comes in a second product.
int64_t FirstColumns(const Recurrent& r) {
  return r.cell == Cell::kGru ? 2 * r.hidden : r.gates() * r.hidden;
}

struct Scratch {
  float* bias;   // gates x hidden: what the input's product starts with
  float* x;      // steps x batch x gates x hidden
  float* gates;  // batch x gates x hidden
  float* reset;  // GRU: batch x hidden, r * h
};

Scratch Split(const Recurrent& r, float* base) {
  const int64_t width = r.gates() * r.hidden;
  Scratch s;
  s.bias = base;
  s.x = s.bias + Padded(PaddedColumns(width));
  s.gates = s.x + Padded(r.steps * r.batch * width);
  s.reset = s.gates + Padded(r.batch * width);
  return s;
}

void SumBias(const Recurrent& r, const float* bias, float* sum) {
  const int64_t width = r.gates() * r.hidden;
  std::fill_n(sum, PaddedColumns(width), 0.0F);
  if (bias == nullptr) return;
  // GRU's candidate adds its hidden bias inside the reset product.
  const int64_t both =
      r.cell == Cell::kGru && r.linear_before_reset ? 2 * r.hidden : width;
  for (int64_t i = 0; i < width; ++i) {
    sum[i] = bias[i] + (i < both ? bias[width + i] : 0.0F);
  }
}

void Clip(const Recurrent& r, float* x, int64_t count) {
  if (r.clip <= 0) return;
  for (int64_t i = 0; i < count; ++i) x[i] = std::clamp(x[i], -r.clip, r.clip);
}

// gate = f(clip(gate + x + p * c))
void Gate(const Recurrent& r, const GateFunction& f, const float* x,
          const float* p, const float* c, float* gate) {
  for (int64_t i = 0; i < r.hidden; ++i) gate[i] += x[i];
  if (p != nullptr) {
    for (int64_t i = 0; i < r.hidden; ++i) gate[i] += p[i] * c[i];
  }
  Clip(r, gate, r.hidden);
  f.Apply(gate, r.hidden);
}

// One batch entry of one step; g: gates i, o, f, c.
void LstmRow(const Recurrent& r, const DirectionArgs& a, const float* x,
             float* g, float* h, float* c) {
  const int64_t n = r.hidden;
  const auto& f = r.functions[static_cast<size_t>(a.direction)];
  const float* p = a.peepholes;
  float* in = g;
  float* out = g + n;
  float* forget = g + 2 * n;
  float* cell = g + 3 * n;
  Gate(r, f[0], x, p, c, in);
  if (r.input_forget) {
    for (int64_t i = 0; i < n; ++i) forget[i] = 1 - in[i];
  } else {
    Gate(r, f[0], x + 2 * n, p == nullptr ? nullptr : p + 2 * n, c, forget);
  }
  Gate(r, f[1], x + 3 * n, nullptr, nullptr, cell);
  for (int64_t i = 0; i < n; ++i) c[i] = forget[i] * c[i] + in[i] * cell[i];
  Gate(r, f[0], x + n, p == nullptr ? nullptr : p + n, c, out);
  std::copy_n(c, n, cell);
  f[2].Apply(cell, n);
  for (int64_t i = 0; i < n; ++i) h[i] = out[i] * cell[i];
}

// First half of a GRU step; g: gates z, r, h. Leaves r * h in `reset`.
void GruGates(const Recurrent& r, const DirectionArgs& a, const float* x,
              float* g, const float* h, float* reset) {
  const int64_t n = r.hidden;
  const auto& f = r.functions[static_cast<size_t>(a.direction)];
  Gate(r, f[0], x, nullptr, nullptr, g);
  Gate(r, f[0], x + n, nullptr, nullptr, g + n);
  for (int64_t i = 0; i < n; ++i) {
    reset[i] = r.linear_before_reset ? h[i] : g[n + i] * h[i];
  }
}

void GruState(const Recurrent& r, const DirectionArgs& a, const float* x,
              float* g, float* h) {
  const int64_t n = r.hidden;
  const auto& f = r.functions[static_cast<size_t>(a.direction)];
  float* candidate = g + 2 * n;
  if (r.linear_before_reset) {
    const float* bias = a.bias == nullptr ? nullptr : a.bias + 5 * n;
    for (int64_t i = 0; i < n; ++i) {
      candidate[i] =
          g[n + i] * (candidate[i] + (bias == nullptr ? 0.0F : bias[i]));
    }
  }
  Gate(r, f[1], x + 2 * n, nullptr, nullptr, candidate);
  for (int64_t i = 0; i < n; ++i) {
    h[i] = (1 - g[i]) * candidate[i] + g[i] * h[i];
  }
}

int64_t LengthOf(const Recurrent& r, const DirectionArgs& a, int64_t b) {
  return a.lengths == nullptr ? r.steps : LoadAt<int32_t>(a.lengths, b);
}

// The time that batch entry b works on in step k; -1 past its end.
int64_t TimeOf(const Recurrent& r, const DirectionArgs& a, int64_t b,
               int64_t k) {
  const int64_t length = LengthOf(r, a, b);
  if (k >= length) return -1;
  const bool backwards = a.direction == 1 || r.reverse_first;
  return backwards ? length - 1 - k : k;
}

float* OutputRow(const Recurrent& r, const DirectionArgs& a, int64_t b,
                 int64_t time) {
  const int64_t row = r.batch_first
                          ? (b * r.steps + time) * r.directions + a.direction
                          : (time * r.directions + a.direction) * r.batch + b;
  return a.y + row * r.hidden;
}

// Columns [begin, begin + n) of gates = states * packed, for all entries.
void HiddenProduct(const Recurrent& r, const float* states, const float* packed,
                   int64_t begin, int64_t n, float* gates, ThreadPool* pool) {
  RunStridedGemm({.shape = {r.batch, n, r.hidden},
                  .a = states,
                  .a_stride = r.hidden,
                  .packed = packed,
                  .c = gates + begin,
                  .c_stride = r.gates() * r.hidden,
                  .bias = nullptr},
                 pool);
}

template <typename Fn>
void ForEachActive(const Recurrent& r, const DirectionArgs& a, const Scratch& s,
                   int64_t k, ThreadPool* pool, const Fn& fn) {
  const int64_t width = r.gates() * r.hidden;
  const int64_t grain = std::max<int64_t>(4096 / (width + 1), 1);
  pool->ParallelRange(r.batch, grain, [&](int64_t begin, int64_t end) {
    for (int64_t b = begin; b < end; ++b) {
      const int64_t time = TimeOf(r, a, b, k);
      if (time < 0) continue;
      const int64_t row =
          r.batch_first ? b * r.steps + time : time * r.batch + b;
      fn(b, time, s.x + row * width, s.gates + b * width);
    }
  });
}

void RunStep(const Recurrent& r, const DirectionArgs& a, const Scratch& s,
             int64_t k, ThreadPool* pool) {
  const int64_t n = r.hidden;
  HiddenProduct(r, a.h, a.packed_r, 0, FirstColumns(r), s.gates, pool);
  if (r.cell == Cell::kGru) {
    ForEachActive(r, a, s, k, pool,
                  [&](int64_t b, int64_t, const float* x, float* g) {
                    GruGates(r, a, x, g, a.h + b * n, s.reset + b * n);
                  });
    HiddenProduct(r, s.reset, a.packed_r + PackedFloatsOf(n, 2 * n), 2 * n, n,
                  s.gates, pool);
  }
  ForEachActive(
      r, a, s, k, pool, [&](int64_t b, int64_t time, const float* x, float* g) {
        float* h = a.h + b * n;
        if (r.cell == Cell::kLstm) {
          LstmRow(r, a, x, g, h, a.c + b * n);
        } else if (r.cell == Cell::kGru) {
          GruState(r, a, x, g, h);
        } else {
          const auto& f = r.functions[static_cast<size_t>(a.direction)];
          Gate(r, f[0], x, nullptr, nullptr, g);
          std::copy_n(g, n, h);
        }
        if (a.y != nullptr) std::copy_n(h, n, OutputRow(r, a, b, time));
      });
}

}  // namespace

void GateFunction::Apply(float* x, int64_t count) const {
  if (pre != 1) {
    for (int64_t i = 0; i < count; ++i) x[i] *= pre;
  }
  fn(x, x, count, params);
  if (post != 1) {
    for (int64_t i = 0; i < count; ++i) x[i] *= post;
  }
}

int64_t Recurrent::PackedInputFloats() const {
  return PackedFloatsOf(inputs, gates() * hidden);
}

int64_t Recurrent::PackedHiddenFloats() const {
  if (cell != Cell::kGru) return PackedFloatsOf(hidden, gates() * hidden);
  return PackedFloatsOf(hidden, 2 * hidden) + PackedFloatsOf(hidden, hidden);
}

void PackInputWeights(const Recurrent& r, const float* w, float* packed,
                      ThreadPool* pool) {
  PackMatrix(w, 1, r.inputs, {0, r.gates() * r.hidden, r.inputs}, 1, *pool,
             packed);
}

void PackHiddenWeights(const Recurrent& r, const float* w, float* packed,
                       ThreadPool* pool) {
  const int64_t first = FirstColumns(r);
  PackMatrix(w, 1, r.hidden, {0, first, r.hidden}, 1, *pool, packed);
  if (r.cell == Cell::kGru) {
    PackMatrix(w + first * r.hidden, 1, r.hidden, {0, r.hidden, r.hidden}, 1,
               *pool, packed + PackedFloatsOf(r.hidden, first));
  }
}

int64_t DirectionScratchFloats(const Recurrent& r) {
  const int64_t width = r.gates() * r.hidden;
  return Padded(PaddedColumns(width)) + Padded(r.steps * r.batch * width) +
         Padded(r.batch * width) + Padded(r.batch * r.hidden);
}

void RunDirection(const Recurrent& r, const DirectionArgs& a,
                  ThreadPool* pool) {
  const Scratch s = Split(r, a.scratch);
  const int64_t width = r.gates() * r.hidden;
  SumBias(r, a.bias, s.bias);
  RunStridedGemm({.shape = {r.steps * r.batch, width, r.inputs},
                  .a = a.x,
                  .a_stride = r.inputs,
                  .packed = a.packed_w,
                  .c = s.x,
                  .c_stride = width,
                  .bias = s.bias},
                 pool);
  if (r.cell == Cell::kGru) {
    std::fill_n(s.reset, r.batch * r.hidden, 0.0F);
  }
  for (int64_t k = 0; k < r.steps; ++k) RunStep(r, a, s, k, pool);
  if (a.y == nullptr) return;
  for (int64_t b = 0; b < r.batch; ++b) {
    for (int64_t t = LengthOf(r, a, b); t < r.steps; ++t) {
      std::fill_n(OutputRow(r, a, b, t), r.hidden, 0.0F);
    }
  }
}

}  // namespace onnxifi::cpu
