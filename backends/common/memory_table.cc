#include "backends/common/memory_table.h"

#include <iterator>
#include <mutex>
#include <utility>

namespace onnxifi::abi {
namespace {

// Leaves a block to the client unless it is told that all went well.
class Undo {
 public:
  explicit Undo(const MemoryBlock& block) : owner_(block.owner.get()) {}
  ~Undo() {
    if (owner_ != nullptr) owner_->LeaveToClient();
  }
  Undo(const Undo&) = delete;
  Undo& operator=(const Undo&) = delete;
  void Forget() { owner_ = nullptr; }

 private:
  MemoryOwner* owner_;
};

}  // namespace

Status MemoryTable::Add(const MemoryBlock& block) {
  Undo undo(block);
  const std::unique_lock<std::shared_mutex> lock(mutex_);
  const auto next = live_.lower_bound(block.buffer);
  bool free = next == live_.end() || next->first - block.buffer >= block.size;
  if (free && next != live_.begin()) {
    const MemoryBlock& before = std::prev(next)->second;
    free = block.buffer - before.buffer >= before.size;
  }
  if (!free) {
    return Status(ONNXIFI_STATUS_INVALID_MEMORY_LOCATION,
                  "the memory overlaps another one of this backend; free that "
                  "one first");
  }
  live_.emplace_hint(next, block.buffer, block);
  undo.Forget();
  return Status::Ok();
}

std::optional<MemoryBlock> MemoryTable::Find(onnxPointer buffer) const {
  const std::shared_lock<std::shared_mutex> lock(mutex_);
  const auto found = live_.find(buffer);
  if (found == live_.end()) return std::nullopt;
  return found->second;
}

std::optional<MemoryBlock> MemoryTable::Remove(onnxPointer buffer) {
  const std::unique_lock<std::shared_mutex> lock(mutex_);
  const auto found = live_.find(buffer);
  if (found == live_.end()) return std::nullopt;
  MemoryBlock block = std::move(found->second);
  live_.erase(found);
  return block;
}

MemoryTable::Where MemoryTable::Locate(onnxPointer first, size_t bytes) const {
  const std::shared_lock<std::shared_mutex> lock(mutex_);
  auto at = live_.upper_bound(first);
  if (at == live_.begin()) return Where::kNowhere;
  const MemoryBlock& block = std::prev(at)->second;
  const onnxPointer offset = first - block.buffer;
  if (offset > block.size || bytes > block.size - offset) {
    return Where::kNowhere;
  }
  return block.host != nullptr ? Where::kHostVisible : Where::kDeviceOnly;
}

}  // namespace onnxifi::abi
