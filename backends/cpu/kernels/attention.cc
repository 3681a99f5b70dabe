#include "backends/cpu/kernels/attention.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>

#include "backends/cpu/kernels/double_gemm.h"
#include "backends/cpu/kernels/strided_gemm.h"

namespace onnxifi::cpu {

namespace {

// Queries whose scores are held at once.
constexpr int64_t kRowBlock = 64;
template <typename F>
constexpr F kMasked = -std::numeric_limits<F>::infinity();

int64_t Padded(size_t floats) {
  return (static_cast<int64_t>(floats) + 15) / 16 * 16;
}

// Scratch of one lane. Double multiplies keys and values as they lie.
template <typename F>
struct Lane {
  F* keys;
  F* values;
  F* scores;
};

template <typename F>
int64_t KeyFloats(const AttentionArgs<F>& a) {
  return std::is_same_v<F, float> ? Padded(PackedFloats(a.width, a.keys)) : 0;
}

template <typename F>
int64_t ValueFloats(const AttentionArgs<F>& a) {
  return std::is_same_v<F, float> ? Padded(PackedFloats(a.keys, a.v_width)) : 0;
}

template <typename F>
int64_t LaneFloats(const AttentionArgs<F>& a) {
  return KeyFloats(a) + ValueFloats(a) +
         Padded(static_cast<size_t>(kRowBlock * a.keys));
}

template <typename F>
Lane<F> LaneAt(const AttentionArgs<F>& a, F* scratch) {
  Lane<F> lane;
  lane.keys = scratch;
  lane.values = lane.keys + KeyFloats(a);
  lane.scores = lane.values + ValueFloats(a);
  return lane;
}

struct Head {
  int64_t batch;
  int64_t head;
  int64_t length;  // keys from here on are padding
  int64_t offset;  // position of the first query among the keys
};

// Keys [*begin, *end) that query `row` may see by position.
template <typename F>
void Visible(const AttentionArgs<F>& a, const Head& h, int64_t row,
             int64_t* begin, int64_t* end) {
  *begin = 0;
  *end = std::clamp<int64_t>(h.length, 0, a.keys);
  const int64_t at = row + h.offset;
  if (a.causal) *end = std::min(*end, std::max<int64_t>(at + 1, 0));
  if (a.mask.data != nullptr) *end = std::min(*end, a.mask.columns);
  if (a.right_window >= 0) {
    *end = std::min(*end, std::max<int64_t>(at + a.right_window + 1, 0));
  }
  if (a.left_window >= 0) {
    *begin = std::clamp<int64_t>(at - a.left_window, 0, *end);
  }
}

// Adds the mask to one row of scores; false when every key is masked.
template <typename F>
bool AddBias(const AttentionArgs<F>& a, const Head& h, int64_t row, F* scores) {
  int64_t begin = 0;
  int64_t end = 0;
  Visible(a, h, row, &begin, &end);
  std::fill(scores, scores + begin, kMasked<F>);
  std::fill(scores + end, scores + a.keys, kMasked<F>);
  if (a.mask.data == nullptr) return begin < end;
  const F* mask = a.mask.data + h.batch * a.mask.batch_stride +
                  h.head * a.mask.head_stride + row * a.mask.row_stride;
  bool any = false;
  for (int64_t k = begin; k < end; ++k) {
    const F bias = mask[k * a.mask.column_stride];
    any = any || bias != kMasked<F>;
    scores[k] = bias == kMasked<F> ? kMasked<F> : scores[k] + bias;
  }
  return any;
}

template <typename F>
void Softmax(F* scores, int64_t count) {
  const F most = *std::max_element(scores, scores + count);
  if (most == kMasked<F>) {
    std::fill_n(scores, count, F{0});
    return;
  }
  F sum = 0;
  for (int64_t i = 0; i < count; ++i) {
    scores[i] = scores[i] == kMasked<F> ? F{0} : std::exp(scores[i] - most);
    sum += scores[i];
  }
  const F factor = 1 / sum;
  for (int64_t i = 0; i < count; ++i) scores[i] *= factor;
}

template <typename F>
void KeepScores(const AttentionArgs<F>& a, const Head& h, int64_t row,
                ScoresOutput stage, const F* scores) {
  if (a.scores == nullptr || a.scores_output != stage) return;
  std::memcpy(
      a.scores + ((h.batch * a.q_heads + h.head) * a.rows + row) * a.keys,
      scores, static_cast<size_t>(a.keys) * sizeof(F));
}

// Scores of one row, from the raw products to probabilities.
template <typename F>
void FinishRow(const AttentionArgs<F>& a, const Head& h, int64_t row,
               F* scores) {
  KeepScores(a, h, row, ScoresOutput::kScaled, scores);
  if (a.softcap > 0) {
    for (int64_t k = 0; k < a.keys; ++k) {
      scores[k] = std::tanh(scores[k] / a.softcap) * a.softcap;
    }
  }
  KeepScores(a, h, row, ScoresOutput::kSoftcapped, scores);
  const bool any = AddBias(a, h, row, scores);
  KeepScores(a, h, row, ScoresOutput::kBiased, scores);
  if (any) {
    Softmax(scores, a.keys);
  } else {
    std::fill_n(scores, a.keys, F{0});
  }
  KeepScores(a, h, row, ScoresOutput::kProbabilities, scores);
}

// Row 0 of the keys and values of a head.
template <typename F>
int64_t FirstKey(const AttentionArgs<F>& a, const Head& h) {
  const int64_t kv = h.head / (a.q_heads / a.kv_heads);
  return (h.batch * a.kv_heads + kv) * a.keys;
}

void PackHead(const AttentionArgs<float>& a, const Head& h,
              const Lane<float>& lane) {
  const int64_t first = FirstKey(a, h);
  PackPanels(a.k + first * a.width, 1, a.width, {0, a.keys, a.width}, a.scale,
             0, PanelCount(a.keys), lane.keys);
  PackPanels(a.v + first * a.v_width, a.v_width, 1, {0, a.v_width, a.keys}, 1,
             0, PanelCount(a.v_width), lane.values);
}

void PackHead(const AttentionArgs<double>&, const Head&, const Lane<double>&) {}

// lane.scores = scale * Q K^T of the rows from `row` on.
void ScoreRows(const AttentionArgs<float>& a, const Head& h, int64_t row,
               int64_t rows, const Lane<float>& lane, ThreadPool* pool) {
  RunStridedGemm({.shape = {rows, a.keys, a.width},
                  .a = a.q + a.q_view.At(h.batch, h.head, row),
                  .a_stride = a.q_view.row_stride,
                  .packed = lane.keys,
                  .c = lane.scores,
                  .c_stride = a.keys,
                  .bias = nullptr},
                 pool);
}

void ScoreRows(const AttentionArgs<double>& a, const Head& h, int64_t row,
               int64_t rows, const Lane<double>& lane, ThreadPool* pool) {
  RunDoubleGemm({.shape = {rows, a.keys, a.width},
                 .alpha = a.scale,
                 .a = a.q + a.q_view.At(h.batch, h.head, row),
                 .a_stride = a.q_view.row_stride,
                 .b = a.k + FirstKey(a, h) * a.width,
                 .b_row_stride = 1,
                 .b_column_stride = a.width,
                 .c = lane.scores,
                 .c_stride = a.keys},
                pool);
}

// The rows of Y from `row` on: lane.scores * V.
void WeighRows(const AttentionArgs<float>& a, const Head& h, int64_t row,
               int64_t rows, const Lane<float>& lane, ThreadPool* pool) {
  RunStridedGemm({.shape = {rows, a.v_width, a.keys},
                  .a = lane.scores,
                  .a_stride = a.keys,
                  .packed = lane.values,
                  .c = a.y + a.y_view.At(h.batch, h.head, row),
                  .c_stride = a.y_view.row_stride,
                  .bias = nullptr},
                 pool);
}

void WeighRows(const AttentionArgs<double>& a, const Head& h, int64_t row,
               int64_t rows, const Lane<double>& lane, ThreadPool* pool) {
  RunDoubleGemm({.shape = {rows, a.v_width, a.keys},
                 .a = lane.scores,
                 .a_stride = a.keys,
                 .b = a.v + FirstKey(a, h) * a.v_width,
                 .b_row_stride = a.v_width,
                 .c = a.y + a.y_view.At(h.batch, h.head, row),
                 .c_stride = a.y_view.row_stride},
                pool);
}

template <typename F>
void RunHead(const AttentionArgs<F>& a, const Head& h, const Lane<F>& lane,
             ThreadPool* pool) {
  PackHead(a, h, lane);
  for (int64_t row = 0; row < a.rows; row += kRowBlock) {
    const int64_t rows = std::min(kRowBlock, a.rows - row);
    ScoreRows(a, h, row, rows, lane, pool);
    for (int64_t r = 0; r < rows; ++r) {
      FinishRow(a, h, row + r, lane.scores + r * a.keys);
    }
    WeighRows(a, h, row, rows, lane, pool);
  }
}

}  // namespace

template <typename F>
int64_t AttentionLanes(const AttentionArgs<F>& args, int threads) {
  return std::clamp<int64_t>(args.batch * args.q_heads, 1, threads);
}

template <typename F>
int64_t AttentionScratch(const AttentionArgs<F>& args, int64_t lanes) {
  return LaneFloats(args) * lanes;
}

template <typename F>
void RunAttention(const AttentionArgs<F>& a, int64_t lanes, F* scratch,
                  ThreadPool* pool) {
  const int64_t heads = a.batch * a.q_heads;
  pool->ParallelFor(lanes, [&](int64_t lane) {
    const Lane<F> mine = LaneAt(a, scratch + lane * LaneFloats(a));
    for (int64_t i = lane; i < heads; i += lanes) {
      Head h = {i / a.q_heads, i % a.q_heads, a.keys, a.past};
      if (a.lengths != nullptr) {
        std::memcpy(&h.length, static_cast<const int64_t*>(a.lengths) + h.batch,
                    sizeof(int64_t));
        h.length = std::clamp<int64_t>(h.length, 0, a.keys);
        h.offset = h.length - a.rows;
      }
      RunHead(a, h, mine, pool);
    }
  });
}

template int64_t AttentionLanes(const AttentionArgs<float>&, int);
template int64_t AttentionLanes(const AttentionArgs<double>&, int);
template int64_t AttentionScratch(const AttentionArgs<float>&, int64_t);
template int64_t AttentionScratch(const AttentionArgs<double>&, int64_t);
template void RunAttention(const AttentionArgs<float>&, int64_t, float*,
                           ThreadPool*);
template void RunAttention(const AttentionArgs<double>&, int64_t, double*,
                           ThreadPool*);

}  // namespace onnxifi::cpu
