#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_ATTENTION_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_ATTENTION_H_

#include <cstddef>
#include <cstdint>

#include "backends/common/ops/attention_node.h"
#include "base/thread_pool.h"

namespace onnxifi::cpu {

// Scaled dot-product attention in F, float or double, with a softmax that never
// leaves a thread's cache: rows are worked on in blocks. Thread-safe.

// Rows of one [batch, heads, length, width] tensor, in any order of its
// first three dimensions; strides in elements.
struct HeadsView {
  int64_t batch_stride = 0;
  int64_t head_stride = 0;
  int64_t row_stride = 0;

  int64_t At(int64_t b, int64_t h, int64_t row) const {
    return b * batch_stride + h * head_stride + row * row_stride;
  }
};

// What is added to the scores; a broadcast dimension has stride 0.
template <typename F>
struct AttentionMask {
  const F* data = nullptr;  // null: nothing
  int64_t batch_stride = 0;
  int64_t head_stride = 0;
  int64_t row_stride = 0;
  int64_t column_stride = 0;
  int64_t columns = 0;  // keys from here on are masked
};

using ScoresOutput = AttentionNode::Scores;

template <typename F>
struct AttentionArgs {
  int64_t batch = 0;
  int64_t q_heads = 0;
  int64_t kv_heads = 0;  // divides q_heads
  int64_t rows = 0;      // queries
  int64_t keys = 0;
  int64_t width = 0;    // of a query or key
  int64_t v_width = 0;  // of a value
  F scale = 1;
  F softcap = 0;  // 0: none
  bool causal = false;
  int64_t left_window = -1;  // -1: open
  int64_t right_window = -1;
  int64_t past = 0;  // keys before the first query

  const F* q = nullptr;
  HeadsView q_view;
  const F* k = nullptr;  // [batch, kv_heads, keys, width]
  const F* v = nullptr;  // [batch, kv_heads, keys, v_width]
  F* y = nullptr;
  HeadsView y_view;
  AttentionMask<F> mask;
  const void* lengths = nullptr;  // int64 valid keys of each batch, or null
  F* scores = nullptr;            // [batch, q_heads, rows, keys], or null
  ScoresOutput scores_output = ScoresOutput::kScaled;
};

// Heads worked on at once and elements of scratch for all of them.
template <typename F>
int64_t AttentionLanes(const AttentionArgs<F>& args, int threads);
template <typename F>
int64_t AttentionScratch(const AttentionArgs<F>& args, int64_t lanes);

template <typename F>
void RunAttention(const AttentionArgs<F>& args, int64_t lanes, F* scratch,
                  ThreadPool* pool);

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_ATTENTION_H_
