#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_NGRAM_POOL_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_NGRAM_POOL_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "backends/common/op_kernel.h"

namespace onnxifi::cpu {

// The n-grams of a TfIdfVectorizer as a tree of tokens. Immutable after Make;
// thread-safe.
class NgramPool {
 public:
  using Token = int32_t;
  static constexpr Token kNoToken = -1;  // in no n-gram of the pool
  static constexpr int32_t kNone = -1;

  enum class Mode : uint8_t { kCount, kPresence, kWeightedCount };

  // Reads and checks the node's attributes.
  static Result<std::shared_ptr<const NgramPool>> Make(const NodeView& node);

  bool has_strings() const { return has_strings_; }
  int64_t outputs() const { return outputs_; }

  Token Find(int64_t value) const {
    const auto found = ints_.find(value);
    return found == ints_.end() ? kNoToken : found->second;
  }
  Token Find(std::string_view value) const {
    const auto found = words_.find(value);
    return found == words_.end() ? kNoToken : found->second;
  }

  // Counts the n-grams of one row into `out`, which has outputs() zeros.
  void Count(std::span<const Token> row, float* out) const;

 private:
  struct Node {
    int32_t ngram = kNone;  // the n-gram that ends here
  };

  Status ReadPool(const NodeView& node);
  Status ReadOutputs(const NodeView& node);
  Status AddNgrams(const NodeView& node);
  int32_t Child(int32_t node, Token token) const;
  int32_t AddChild(int32_t node, Token token);
  void Found(int32_t ngram, float* out) const;

  Mode mode_ = Mode::kCount;
  bool has_strings_ = false;
  int64_t min_length_ = 1;
  int64_t max_length_ = 1;
  int64_t max_skip_ = 0;
  int64_t outputs_ = 0;
  std::vector<std::string> texts_;  // what the keys of words_ refer to
  std::unordered_map<std::string_view, Token> words_;
  std::unordered_map<int64_t, Token> ints_;
  std::vector<Token> pool_;
  std::vector<int64_t> indexes_;  // of each n-gram: where it is counted
  std::vector<float> weights_;    // of each n-gram
  std::vector<Node> nodes_;
  std::unordered_map<uint64_t, int32_t> children_;  // by node and token
};

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_NGRAM_POOL_H_
