#include "backends/cpu/kernels/recurrent.h"

#include <algorithm>
#include <cstring>

#include "backends/cpu/kernels/double_gemm.h"
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

template <typename F>
struct Scratch {
  F* bias;   // gates x hidden: what the input's product starts with
  F* x;      // steps x batch x gates x hidden
  F* gates;  // batch x gates x hidden
  F* reset;  // GRU: batch x hidden, r * h
};

template <typename F>
Scratch<F> Split(const Recurrent& r, F* base) {
  const int64_t width = r.gates() * r.hidden;
  Scratch<F> s;
  s.bias = base;
  s.x = s.bias + Padded(PaddedColumns(width));
  s.gates = s.x + Padded(r.steps * r.batch * width);
  s.reset = s.gates + Padded(r.batch * width);
  return s;
}

template <typename F>
void SumBias(const Recurrent& r, const F* bias, F* sum) {
  const int64_t width = r.gates() * r.hidden;
  std::fill_n(sum, PaddedColumns(width), F{0});
  if (bias == nullptr) return;
  // GRU's candidate adds its hidden bias inside the reset product.
  const int64_t both =
      r.cell == Cell::kGru && r.linear_before_reset ? 2 * r.hidden : width;
  for (int64_t i = 0; i < width; ++i) {
    sum[i] = bias[i] + (i < both ? bias[width + i] : F{0});
  }
}

template <typename F>
void Clip(const Recurrent& r, F* x, int64_t count) {
  if (r.clip <= 0) return;
  const F clip = r.clip;
  for (int64_t i = 0; i < count; ++i) x[i] = std::clamp(x[i], -clip, clip);
}

// gate = f(clip(gate + x + p * c))
template <typename F>
void Gate(const Recurrent& r, const GateFunction& f, const F* x, const F* p,
          const F* c, F* gate) {
  for (int64_t i = 0; i < r.hidden; ++i) gate[i] += x[i];
  if (p != nullptr) {
    for (int64_t i = 0; i < r.hidden; ++i) gate[i] += p[i] * c[i];
  }
  Clip(r, gate, r.hidden);
  f.Apply(gate, r.hidden);
}

// One batch entry of one step; g: gates i, o, f, c.
template <typename F>
void LstmRow(const Recurrent& r, const DirectionArgs<F>& a, const F* x, F* g,
             F* h, F* c) {
  const int64_t n = r.hidden;
  const auto& f = r.functions[static_cast<size_t>(a.direction)];
  const F* p = a.peepholes;
  const F* none = nullptr;
  F* in = g;
  F* out = g + n;
  F* forget = g + 2 * n;
  F* cell = g + 3 * n;
  Gate(r, f[0], x, p, c, in);
  if (r.input_forget) {
    for (int64_t i = 0; i < n; ++i) forget[i] = 1 - in[i];
  } else {
    Gate(r, f[0], x + 2 * n, p == nullptr ? none : p + 2 * n, c, forget);
  }
  Gate(r, f[1], x + 3 * n, none, none, cell);
  for (int64_t i = 0; i < n; ++i) c[i] = forget[i] * c[i] + in[i] * cell[i];
  Gate(r, f[0], x + n, p == nullptr ? none : p + n, c, out);
  std::copy_n(c, n, cell);
  f[2].Apply(cell, n);
  for (int64_t i = 0; i < n; ++i) h[i] = out[i] * cell[i];
}

// First half of a GRU step; g: gates z, r, h. Leaves r * h in `reset`.
template <typename F>
void GruGates(const Recurrent& r, const DirectionArgs<F>& a, const F* x, F* g,
              const F* h, F* reset) {
  const int64_t n = r.hidden;
  const F* none = nullptr;
  const auto& f = r.functions[static_cast<size_t>(a.direction)];
  Gate(r, f[0], x, none, none, g);
  Gate(r, f[0], x + n, none, none, g + n);
  for (int64_t i = 0; i < n; ++i) {
    reset[i] = r.linear_before_reset ? h[i] : g[n + i] * h[i];
  }
}

template <typename F>
void GruState(const Recurrent& r, const DirectionArgs<F>& a, const F* x, F* g,
              F* h) {
  const int64_t n = r.hidden;
  const F* none = nullptr;
  const auto& f = r.functions[static_cast<size_t>(a.direction)];
  F* candidate = g + 2 * n;
  if (r.linear_before_reset) {
    const F* bias = a.bias == nullptr ? none : a.bias + 5 * n;
    for (int64_t i = 0; i < n; ++i) {
      candidate[i] =
          g[n + i] * (candidate[i] + (bias == nullptr ? F{0} : bias[i]));
    }
  }
  Gate(r, f[1], x + 2 * n, none, none, candidate);
  for (int64_t i = 0; i < n; ++i) {
    h[i] = (1 - g[i]) * candidate[i] + g[i] * h[i];
  }
}

template <typename F>
int64_t LengthOf(const Recurrent& r, const DirectionArgs<F>& a, int64_t b) {
  return a.lengths == nullptr ? r.steps : LoadAt<int32_t>(a.lengths, b);
}

// The time that batch entry b works on in step k; -1 past its end.
template <typename F>
int64_t TimeOf(const Recurrent& r, const DirectionArgs<F>& a, int64_t b,
               int64_t k) {
  const int64_t length = LengthOf(r, a, b);
  if (k >= length) return -1;
  const bool backwards = a.direction == 1 || r.reverse_first;
  return backwards ? length - 1 - k : k;
}

template <typename F>
F* OutputRow(const Recurrent& r, const DirectionArgs<F>& a, int64_t b,
             int64_t time) {
  const int64_t row = r.batch_first
                          ? (b * r.steps + time) * r.directions + a.direction
                          : (time * r.directions + a.direction) * r.batch + b;
  return a.y + row * r.hidden;
}

// C = A W^T + bias for rows of W, which Pack...Weights packed.
void Product(const GemmShape& shape, const float* a, const float* w,
             const float* bias, float* c, int64_t c_stride, ThreadPool* pool) {
  RunStridedGemm({.shape = shape,
                  .a = a,
                  .a_stride = shape.k,
                  .packed = w,
                  .c = c,
                  .c_stride = c_stride,
                  .bias = bias},
                 pool);
}

void Product(const GemmShape& shape, const double* a, const double* w,
             const double* bias, double* c, int64_t c_stride,
             ThreadPool* pool) {
  RunDoubleGemm({.shape = shape,
                 .a = a,
                 .a_stride = shape.k,
                 .b = w,
                 .b_row_stride = 1,
                 .b_column_stride = shape.k,
                 .c = c,
                 .c_stride = c_stride,
                 .bias = bias},
                pool);
}

// Where the rows of R behind the first columns begin in `weights`.
const float* LastColumns(const Recurrent& r, const float* weights) {
  return weights + PackedFloatsOf(r.hidden, FirstColumns(r));
}

const double* LastColumns(const Recurrent& r, const double* weights) {
  return weights + FirstColumns(r) * r.hidden;
}

template <typename F, typename Fn>
void ForEachActive(const Recurrent& r, const DirectionArgs<F>& a,
                   const Scratch<F>& s, int64_t k, ThreadPool* pool,
                   const Fn& fn) {
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

template <typename F>
void RunStep(const Recurrent& r, const DirectionArgs<F>& a, const Scratch<F>& s,
             int64_t k, ThreadPool* pool) {
  const int64_t n = r.hidden;
  const int64_t width = r.gates() * n;
  const F* none = nullptr;
  Product({r.batch, FirstColumns(r), n}, a.h, a.r, none, s.gates, width, pool);
  if (r.cell == Cell::kGru) {
    ForEachActive(r, a, s, k, pool, [&](int64_t b, int64_t, const F* x, F* g) {
      GruGates(r, a, x, g, a.h + b * n, s.reset + b * n);
    });
    Product({r.batch, n, n}, s.reset, LastColumns(r, a.r), none,
            s.gates + 2 * n, width, pool);
  }
  ForEachActive(
      r, a, s, k, pool, [&](int64_t b, int64_t time, const F* x, F* g) {
        F* h = a.h + b * n;
        if (r.cell == Cell::kLstm) {
          LstmRow(r, a, x, g, h, a.c + b * n);
        } else if (r.cell == Cell::kGru) {
          GruState(r, a, x, g, h);
        } else {
          const auto& f = r.functions[static_cast<size_t>(a.direction)];
          Gate(r, f[0], x, none, none, g);
          std::copy_n(g, n, h);
        }
        if (a.y != nullptr) std::copy_n(h, n, OutputRow(r, a, b, time));
      });
}

}  // namespace

template <typename F>
void GateFunction::Apply(F* x, int64_t count) const {
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

int64_t DirectionScratch(const Recurrent& r) {
  const int64_t width = r.gates() * r.hidden;
  return Padded(PaddedColumns(width)) + Padded(r.steps * r.batch * width) +
         Padded(r.batch * width) + Padded(r.batch * r.hidden);
}

template <typename F>
void RunDirection(const Recurrent& r, const DirectionArgs<F>& a,
                  ThreadPool* pool) {
  const Scratch<F> s = Split(r, a.scratch);
  const int64_t width = r.gates() * r.hidden;
  SumBias(r, a.bias, s.bias);
  Product({r.steps * r.batch, width, r.inputs}, a.x, a.w, s.bias, s.x, width,
          pool);
  if (r.cell == Cell::kGru) {
    std::fill_n(s.reset, r.batch * r.hidden, F{0});
  }
  for (int64_t k = 0; k < r.steps; ++k) RunStep(r, a, s, k, pool);
  if (a.y == nullptr) return;
  for (int64_t b = 0; b < r.batch; ++b) {
    for (int64_t t = LengthOf(r, a, b); t < r.steps; ++t) {
      std::fill_n(OutputRow(r, a, b, t), r.hidden, F{0});
    }
  }
}

template void RunDirection(const Recurrent&, const DirectionArgs<float>&,
                           ThreadPool*);
template void RunDirection(const Recurrent&, const DirectionArgs<double>&,
                           ThreadPool*);

}  // namespace onnxifi::cpu
