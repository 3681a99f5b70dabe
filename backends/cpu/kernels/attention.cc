#include "backends/cpu/kernels/attention.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "backends/cpu/kernels/strided_gemm.h"

namespace onnxifi::cpu {

namespace {

// Queries whose scores are held at once.
constexpr int64_t kRowBlock = 64;
constexpr float kMasked = -std::numeric_limits<float>::infinity();

int64_t Padded(size_t floats) {
  return (static_cast<int64_t>(floats) + 15) / 16 * 16;
}

// Scratch of one lane.
struct Lane {
  float* keys;
  float* values;
  float* scores;
};

int64_t LaneFloats(const AttentionArgs& a) {
  return Padded(PackedFloats(a.width, a.keys)) +
         Padded(PackedFloats(a.keys, a.v_width)) +
         Padded(static_cast<size_t>(kRowBlock * a.keys));
}

Lane LaneAt(const AttentionArgs& a, float* scratch) {
  Lane lane;
  lane.keys = scratch;
  lane.values = lane.keys + Padded(PackedFloats(a.width, a.keys));
  lane.scores = lane.values + Padded(PackedFloats(a.keys, a.v_width));
  return lane;
}

struct Head {
  int64_t batch;
  int64_t head;
  int64_t length;  // keys from here on are padding
  int64_t offset;  // position of the first query among the keys
};

// Keys [*begin, *end) that query `row` may see by position.
void Visible(const AttentionArgs& a, const Head& h, int64_t row, int64_t* begin,
             int64_t* end) {
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
bool AddBias(const AttentionArgs& a, const Head& h, int64_t row,
             float* scores) {
  int64_t begin = 0;
  int64_t end = 0;
  Visible(a, h, row, &begin, &end);
  std::fill(scores, scores + begin, kMasked);
  std::fill(scores + end, scores + a.keys, kMasked);
  if (a.mask.data == nullptr) return begin < end;
  const float* mask = a.mask.data + h.batch * a.mask.batch_stride +
                      h.head * a.mask.head_stride + row * a.mask.row_stride;
  bool any = false;
  for (int64_t k = begin; k < end; ++k) {
    const float bias = mask[k * a.mask.column_stride];
    any = any || bias != kMasked;
    scores[k] = bias == kMasked ? kMasked : scores[k] + bias;
  }
  return any;
}

void Softmax(float* scores, int64_t count) {
  const float most = *std::max_element(scores, scores + count);
  if (most == kMasked) {
    std::fill_n(scores, count, 0.0F);
    return;
  }
  float sum = 0;
  for (int64_t i = 0; i < count; ++i) {
    scores[i] = scores[i] == kMasked ? 0.0F : std::exp(scores[i] - most);
    sum += scores[i];
  }
  const float factor = 1 / sum;
  for (int64_t i = 0; i < count; ++i) scores[i] *= factor;
}

void KeepScores(const AttentionArgs& a, const Head& h, int64_t row,
                ScoresOutput stage, const float* scores) {
  if (a.scores == nullptr || a.scores_output != stage) return;
  std::memcpy(
      a.scores + ((h.batch * a.q_heads + h.head) * a.rows + row) * a.keys,
      scores, static_cast<size_t>(a.keys) * sizeof(float));
}

// Scores of one row, from the raw products to probabilities.
void FinishRow(const AttentionArgs& a, const Head& h, int64_t row,
               float* scores) {
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
    std::fill_n(scores, a.keys, 0.0F);
  }
  KeepScores(a, h, row, ScoresOutput::kProbabilities, scores);
}

void RunHead(const AttentionArgs& a, const Head& h, const Lane& lane,
             ThreadPool* pool) {
  const int64_t kv = h.head / (a.q_heads / a.kv_heads);
  const int64_t first = (h.batch * a.kv_heads + kv) * a.keys;
  PackPanels(a.k + first * a.width, 1, a.width, {0, a.keys, a.width}, a.scale,
             0, PanelCount(a.keys), lane.keys);
  PackPanels(a.v + first * a.v_width, a.v_width, 1, {0, a.v_width, a.keys}, 1,
             0, PanelCount(a.v_width), lane.values);
  for (int64_t row = 0; row < a.rows; row += kRowBlock) {
    const int64_t rows = std::min(kRowBlock, a.rows - row);
    RunStridedGemm({.shape = {rows, a.keys, a.width},
                    .a = a.q + a.q_view.At(h.batch, h.head, row),
                    .a_stride = a.q_view.row_stride,
                    .packed = lane.keys,
                    .c = lane.scores,
                    .c_stride = a.keys,
                    .bias = nullptr},
                   pool);
    for (int64_t r = 0; r < rows; ++r) {
      FinishRow(a, h, row + r, lane.scores + r * a.keys);
    }
    RunStridedGemm({.shape = {rows, a.v_width, a.keys},
                    .a = lane.scores,
                    .a_stride = a.keys,
                    .packed = lane.values,
                    .c = a.y + a.y_view.At(h.batch, h.head, row),
                    .c_stride = a.y_view.row_stride,
                    .bias = nullptr},
                   pool);
  }
}

}  // namespace

int64_t AttentionLanes(const AttentionArgs& args, int threads) {
  return std::clamp<int64_t>(args.batch * args.q_heads, 1, threads);
}

int64_t AttentionScratchFloats(const AttentionArgs& args, int64_t lanes) {
  return LaneFloats(args) * lanes;
}

void RunAttention(const AttentionArgs& a, int64_t lanes, float* scratch,
                  ThreadPool* pool) {
  const int64_t heads = a.batch * a.q_heads;
  pool->ParallelFor(lanes, [&](int64_t lane) {
    const Lane mine = LaneAt(a, scratch + lane * LaneFloats(a));
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

}  // namespace onnxifi::cpu
