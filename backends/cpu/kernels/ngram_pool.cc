#include "backends/cpu/kernels/ngram_pool.h"

#include <algorithm>

#include "backends/common/ops/op_util.h"
#include "base/str_cat.h"
#include "graph/limits.h"

namespace onnxifi::cpu {

namespace {

constexpr int64_t kMaxPool = 1 << 28;

Status Invalid(const NodeView& node, std::string text) {
  return NodeError(node, ONNXIFI_STATUS_INVALID_MODEL, std::move(text));
}

}  // namespace

Result<std::shared_ptr<const NgramPool>> NgramPool::Make(const NodeView& node) {
  auto pool = std::make_shared<NgramPool>();
  const std::string_view mode = node.attrs().String("mode", "");
  if (mode == "TF") {
    pool->mode_ = Mode::kCount;
  } else if (mode == "IDF") {
    pool->mode_ = Mode::kPresence;
  } else if (mode == "TFIDF") {
    pool->mode_ = Mode::kWeightedCount;
  } else {
    return Invalid(node, StrCat("mode '", mode, "' is not TF, IDF or TFIDF"));
  }
  pool->min_length_ = node.attrs().Int("min_gram_length", 1);
  pool->max_length_ = node.attrs().Int("max_gram_length", 1);
  pool->max_skip_ = node.attrs().Int("max_skip_count", 0);
  if (pool->min_length_ < 1 || pool->max_length_ < pool->min_length_ ||
      pool->max_skip_ < 0) {
    return Invalid(node, "the n-gram lengths or the skip count are not valid");
  }
  ONNXIFI_RETURN_IF_ERROR(pool->ReadPool(node));
  ONNXIFI_RETURN_IF_ERROR(pool->ReadOutputs(node));
  ONNXIFI_RETURN_IF_ERROR(pool->AddNgrams(node));
  return std::shared_ptr<const NgramPool>(std::move(pool));
}

Status NgramPool::ReadPool(const NodeView& node) {
  const auto ints = node.attrs().Ints("pool_int64s");
  const graph::Attribute* texts = node.attrs().Find("pool_strings");
  has_strings_ = texts != nullptr && !texts->strings.empty();
  if (has_strings_ == !ints.empty()) {
    return Invalid(node, "needs one of pool_strings and pool_int64s");
  }
  const size_t count = has_strings_ ? texts->strings.size() : ints.size();
  if (count > static_cast<size_t>(kMaxPool)) {
    return Invalid(node, "the pool is too large");
  }
  pool_.reserve(count);
  if (!has_strings_) {
    for (const int64_t value : ints) {
      pool_.push_back(
          ints_.emplace(value, static_cast<Token>(ints_.size())).first->second);
    }
    return Status::Ok();
  }
  texts_ = texts->strings;
  for (const std::string& text : texts_) {
    pool_.push_back(
        words_.emplace(text, static_cast<Token>(words_.size())).first->second);
  }
  return Status::Ok();
}

Status NgramPool::ReadOutputs(const NodeView& node) {
  const auto indexes = node.attrs().Ints("ngram_indexes");
  const auto weights = node.attrs().Floats("weights");
  indexes_.assign(indexes.begin(), indexes.end());
  weights_.assign(weights.begin(), weights.end());
  if (weights_.empty()) weights_.assign(indexes_.size(), 1.0f);
  if (weights_.size() != indexes_.size()) {
    return Invalid(node, StrCat(weights_.size(), " weights for ",
                                indexes_.size(), " n-grams"));
  }
  for (const int64_t index : indexes_) {
    if (index < 0 || index >= graph::kMaxElements - 1) {
      return Invalid(node, StrCat("ngram_indexes has ", index));
    }
    outputs_ = std::max(outputs_, index + 1);
  }
  return indexes_.empty() ? Invalid(node, "ngram_indexes is empty")
                          : Status::Ok();
}

// The pool holds all 1-grams, then all 2-grams and so on; ngram_counts says
// where each length starts.
Status NgramPool::AddNgrams(const NodeView& node) {
  const auto starts = node.attrs().Ints("ngram_counts");
  const auto size = static_cast<int64_t>(pool_.size());
  nodes_.emplace_back();
  int64_t ngram = 0;
  for (size_t i = 0; i < starts.size(); ++i) {
    const auto length = static_cast<int64_t>(i) + 1;
    const int64_t begin = starts[i];
    const int64_t end = i + 1 < starts.size() ? starts[i + 1] : size;
    if (begin < 0 || end < begin || end > size || (end - begin) % length != 0) {
      return Invalid(node, StrCat("the ", length, "-grams [", begin, ", ", end,
                                  ") do not fit the pool of ", size));
    }
    for (int64_t at = begin; at < end; ++ngram) {
      if (ngram >= static_cast<int64_t>(indexes_.size())) {
        return Invalid(node, "ngram_indexes is shorter than the pool");
      }
      int32_t leaf = 0;
      for (int64_t k = 0; k < length; ++k, ++at) {
        if (length < min_length_ || length > max_length_) continue;
        leaf = AddChild(leaf, pool_[static_cast<size_t>(at)]);
      }
      if (leaf != 0) {
        nodes_[static_cast<size_t>(leaf)].ngram = static_cast<int32_t>(ngram);
      }
    }
  }
  max_length_ = std::min(max_length_, static_cast<int64_t>(starts.size()));
  return Status::Ok();
}

int32_t NgramPool::Child(int32_t node, Token token) const {
  const auto found = children_.find(static_cast<uint64_t>(node) << 32 |
                                    static_cast<uint32_t>(token));
  return found == children_.end() ? kNone : found->second;
}

int32_t NgramPool::AddChild(int32_t node, Token token) {
  const auto [entry, added] = children_.emplace(
      static_cast<uint64_t>(node) << 32 | static_cast<uint32_t>(token),
      static_cast<int32_t>(nodes_.size()));
  if (added) nodes_.emplace_back();
  return entry->second;
}

void NgramPool::Found(int32_t ngram, float* out) const {
  const auto i = static_cast<size_t>(ngram);
  float& at = out[indexes_[i]];
  switch (mode_) {
    case Mode::kCount:
      at += 1;
      break;
    case Mode::kPresence:
      at = weights_[i];
      break;
    case Mode::kWeightedCount:
      at += weights_[i];
      break;
  }
}

void NgramPool::Count(std::span<const Token> row, float* out) const {
  const auto size = static_cast<int64_t>(row.size());
  int64_t shortest = min_length_;
  // Steps as wide as the row reach nothing.
  for (int64_t skip = 0; skip <= max_skip_ && skip < size; ++skip) {
    const int64_t step = skip + 1;
    if (shortest > max_length_ || shortest > size) return;
    for (int64_t first = 0; first + step * (shortest - 1) < size; ++first) {
      int32_t node = 0;
      int64_t at = first;
      for (int64_t n = 1; n <= max_length_ && at < size; ++n, at += step) {
        const Token token = row[static_cast<size_t>(at)];
        node = token == kNoToken ? kNone : Child(node, token);
        if (node == kNone) break;
        const int32_t ngram = nodes_[static_cast<size_t>(node)].ngram;
        if (n >= shortest && ngram != kNone) Found(ngram, out);
      }
    }
    // One token has no gap: 1-grams count once.
    if (shortest == 1) ++shortest;
  }
}

}  // namespace onnxifi::cpu
