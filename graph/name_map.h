#ifndef ONNXIFI_GRAPH_NAME_MAP_H_
#define ONNXIFI_GRAPH_NAME_MAP_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace onnxifi::graph {

// A number for a name: good and fast for the short names of models. Differs
// from process to process, so that no model can be made that is slow to read.
inline uint64_t NameHash(std::string_view name) {
  static const int anchor = 0;
  constexpr uint64_t kFactor = 0x9e3779b97f4a7c15u;
  const auto mix = [](uint64_t hash, uint64_t word) {
    hash = (hash ^ word) * kFactor;
    return hash ^ hash >> 32;
  };
  uint64_t hash = reinterpret_cast<uintptr_t>(&anchor) ^ name.size() << 48;
  const char* at = name.data();
  size_t left = name.size();
  for (; left >= 8; at += 8, left -= 8) {
    uint64_t word = 0;
    std::memcpy(&word, at, 8);
    hash = mix(hash, word);
  }
  uint64_t rest = 0;
  if (left > 0) std::memcpy(&rest, at, left);
  return mix(mix(hash, rest), kFactor);
}

// From names, which live longer than the map, to small values. Only grows.
// Entries lie in the order in which they came; pointers to them hold until the
// next one comes. Thread-compatible.
template <typename Value>
class NameMap {
 public:
  struct Entry {
    std::string_view name;
    Value value;
    uint32_t hash;
  };

  // The entry of the name, new or as it was, and whether it is new.
  std::pair<Value*, bool> Insert(std::string_view name, Value value) {
    if ((entries_.size() + 1) * 2 > index_.size()) Grow(entries_.size() + 1);
    const uint64_t hash = NameHash(name);
    const size_t slot = Slot(name, hash);
    if (index_[slot] != 0) return {&entries_[index_[slot] - 1].value, false};
    entries_.push_back({name, std::move(value), static_cast<uint32_t>(hash)});
    index_[slot] = static_cast<uint32_t>(entries_.size());
    return {&entries_.back().value, true};
  }
  void Set(std::string_view name, Value value) {
    const auto [entry, added] = Insert(name, value);
    if (!added) *entry = std::move(value);
  }
  // Null when there is none.
  const Value* Find(std::string_view name) const {
    if (entries_.empty()) return nullptr;
    const uint32_t at = index_[Slot(name, NameHash(name))];
    return at == 0 ? nullptr : &entries_[at - 1].value;
  }
  bool Has(std::string_view name) const { return Find(name) != nullptr; }
  void Reserve(size_t names) {
    entries_.reserve(names);
    if (names * 2 > index_.size()) Grow(names);
  }
  size_t size() const { return entries_.size(); }
  // In the order in which they came.
  std::span<const Entry> entries() const { return entries_; }

 private:
  // Where the name is, or may be put. There is always an empty slot.
  size_t Slot(std::string_view name, uint64_t hash) const {
    const size_t mask = index_.size() - 1;
    // The upper half: the lower one tells entries apart.
    size_t slot = static_cast<size_t>(hash >> 32) & mask;
    for (; index_[slot] != 0; slot = (slot + 1) & mask) {
      const Entry& entry = entries_[index_[slot] - 1];
      if (entry.hash == static_cast<uint32_t>(hash) && entry.name == name)
        break;
    }
    return slot;
  }
  void Grow(size_t names) {
    index_.assign(std::bit_ceil(names * 2 + 14), 0);
    const size_t mask = index_.size() - 1;
    for (size_t i = 0; i < entries_.size(); ++i) {
      size_t slot =
          static_cast<size_t>(NameHash(entries_[i].name) >> 32) & mask;
      while (index_[slot] != 0) slot = (slot + 1) & mask;
      index_[slot] = static_cast<uint32_t>(i + 1);
    }
  }

  std::vector<Entry> entries_;
  std::vector<uint32_t> index_;  // number of an entry from 1; 0: empty
};

}  // namespace onnxifi::graph

#endif  // ONNXIFI_GRAPH_NAME_MAP_H_
