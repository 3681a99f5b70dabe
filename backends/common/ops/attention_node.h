#ifndef ONNXIFI_BACKENDS_COMMON_OPS_ATTENTION_NODE_H_
#define ONNXIFI_BACKENDS_COMMON_OPS_ATTENTION_NODE_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "backends/common/op_kernel.h"

namespace onnxifi {

// One node of Attention with everything that is known before the run.
struct AttentionNode {
  enum Input : size_t {
    kQ,
    kK,
    kV,
    kMask,
    kPastKey,
    kPastValue,
    kLengths,
    kInputs
  };
  // Which scores the fourth output holds.
  enum class Scores : uint8_t {
    kScaled = 0,
    kSoftcapped = 1,
    kBiased = 2,
    kProbabilities = 3,
  };

  int64_t batch = 0;
  int64_t q_heads = 0;
  int64_t kv_heads = 0;  // divides q_heads
  int64_t rows = 0;      // queries
  int64_t past = 0;      // keys of the cache
  int64_t keys = 0;      // with those of the cache
  int64_t width = 0;     // of a query or key
  int64_t v_width = 0;   // of a value
  double scale = 1;
  float softcap = 0;  // 0: none
  bool causal = false;
  int64_t left_window = -1;  // -1: open
  int64_t right_window = -1;
  Scores scores = Scores::kScaled;
  // What is added to the scores lies at these strides for batch, head, row and
  // column; keys from mask_columns on are masked.
  std::array<int64_t, 4> mask_strides = {};
  int64_t mask_columns = 0;

  // [batch, heads, rows, width] of the new keys and values.
  graph::Shape new_keys() const {
    return {batch, kv_heads, keys - past, width};
  }
  graph::Shape new_values() const {
    return {batch, kv_heads, keys - past, v_width};
  }
  graph::Shape scores_dims() const { return {batch, q_heads, rows, keys}; }
};

// Refuses attributes that no backend knows.
Reject SupportsAttention(const NodeView& node);
// Checks shapes; errors name the node.
Result<AttentionNode> ReadAttention(const PrepareContext& ctx);
// Declares the outputs.
Status SetAttentionOutputs(PrepareContext& ctx, const AttentionNode& node);

}  // namespace onnxifi

#endif  // ONNXIFI_BACKENDS_COMMON_OPS_ATTENTION_NODE_H_
