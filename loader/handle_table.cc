#include "loader/handle_table.h"

#include <bit>
#include <new>

namespace onnxifi::loader {

namespace {

static_assert(sizeof(void*) == 8, "handles are 64-bit numbers");

// Bit 62 without bit 63 is no canonical address on any 64-bit processor.
constexpr uint64_t kTag = uint64_t{0x4F} << 56;
constexpr uint64_t kTagMask = uint64_t{0xFF} << 56;
constexpr int kKindShift = 52;
constexpr int kGenerationShift = 24;
constexpr uint64_t kIndexMask = (1u << 24) - 1;

uint64_t Bits(const void* handle) {
  return reinterpret_cast<uintptr_t>(handle);
}

uint64_t Generation(uint64_t bits) {
  return (bits >> kGenerationShift) & ((1u << 28) - 1);
}

uint64_t Encode(HandleKind kind, uint64_t generation, uint32_t slot) {
  return kTag | uint64_t{static_cast<uint8_t>(kind)} << kKindShift |
         generation << kGenerationShift | slot;
}

}  // namespace

HandleTable::~HandleTable() {
  for (auto& chunk : chunks_) delete[] chunk.load();
}

HandleTable::Slot* HandleTable::At(uint32_t slot) const {
  const uint32_t shifted = slot + (1u << kFirstChunkBits);
  const uint32_t top = static_cast<uint32_t>(std::bit_width(shifted)) - 1;
  Slot* chunk = chunks_[top - kFirstChunkBits].load(std::memory_order_acquire);
  return chunk == nullptr ? nullptr : chunk + (shifted - (1u << top));
}

HandleTable::Slot* HandleTable::SlotFor(const void* handle,
                                        HandleKind kind) const {
  const uint64_t bits = Bits(handle);
  const uint64_t head = bits & (kTagMask | uint64_t{0xF} << kKindShift);
  if (head != Encode(kind, 0, 0)) return nullptr;
  const auto slot = static_cast<uint32_t>(bits & kIndexMask);
  return slot < kMaxSlots ? At(slot) : nullptr;
}

uint32_t HandleTable::SlotOf(const void* handle) {
  return static_cast<uint32_t>(Bits(handle) & kIndexMask);
}

bool HandleTable::Reserve(uint32_t* slot) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!free_.empty()) {
    *slot = free_.back();
    free_.pop_back();
    return true;
  }
  if (used_ == kMaxSlots) return false;
  if (At(used_) == nullptr) {
    const int chunk = std::bit_width(used_ + (1u << kFirstChunkBits)) - 1 -
                      static_cast<int>(kFirstChunkBits);
    const size_t size = size_t{1} << (kFirstChunkBits + chunk);
    try {
      free_.reserve(used_ + size);
    } catch (const std::bad_alloc&) {
      return false;
    }
    Slot* slots = new (std::nothrow) Slot[size];
    if (slots == nullptr) return false;
    chunks_[chunk].store(slots, std::memory_order_release);
  }
  *slot = used_++;
  return true;
}

void HandleTable::Free(uint32_t slot) {
  const uint64_t generation = At(slot)->life.load() >> 32;
  // A slot whose generations are used up is never handed out again.
  if (generation >= kMaxGeneration) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  free_.push_back(slot);
}

// Find is a sequence lock on `state`: the stores to the other members release
// the earlier state 0 to whoever sees them.
void* HandleTable::Publish(uint32_t slot, HandleKind kind,
                           const HandleEntry& entry) {
  Slot& s = *At(slot);
  const uint64_t generation =
      (s.life.load(std::memory_order_relaxed) >> 32) + 1;
  s.device.store(entry.device, std::memory_order_release);
  s.inner.store(entry.inner, std::memory_order_release);
  s.companion.store(entry.companion, std::memory_order_release);
  s.parent.store(entry.parent, std::memory_order_release);
  s.life.store(generation << 32 | 1, std::memory_order_release);
  const uint64_t handle = Encode(kind, generation, slot);
  s.state.store(handle, std::memory_order_release);
  return reinterpret_cast<void*>(static_cast<uintptr_t>(handle));
}

bool HandleTable::Find(const void* handle, HandleKind kind,
                       HandleEntry* entry) const {
  const Slot* slot = SlotFor(handle, kind);
  if (slot == nullptr ||
      slot->state.load(std::memory_order_acquire) != Bits(handle)) {
    return false;
  }
  entry->device = slot->device.load(std::memory_order_acquire);
  entry->inner = slot->inner.load(std::memory_order_acquire);
  entry->companion = slot->companion.load(std::memory_order_acquire);
  entry->parent = slot->parent.load(std::memory_order_acquire);
  return slot->state.load(std::memory_order_relaxed) == Bits(handle);
}

bool HandleTable::Claim(void* handle, HandleKind kind, HandleEntry* entry) {
  if (!Find(handle, kind, entry)) return false;
  uint64_t expected = Bits(handle);
  return At(SlotOf(handle))->state.compare_exchange_strong(expected, 0);
}

bool HandleTable::AddReference(const void* handle, HandleKind kind) {
  Slot* slot = SlotFor(handle, kind);
  if (slot == nullptr) return false;
  uint64_t life = slot->life.load();
  do {
    if (life >> 32 != Generation(Bits(handle)) || (life & 0xFFFFFFFF) == 0 ||
        slot->state.load() != Bits(handle)) {
      return false;
    }
  } while (!slot->life.compare_exchange_weak(life, life + 1));
  return true;
}

void HandleTable::AddReference(uint32_t slot) { At(slot)->life.fetch_add(1); }

bool HandleTable::DropReference(uint32_t slot) {
  return ((At(slot)->life.fetch_sub(1) - 1) & 0xFFFFFFFF) == 0;
}

void HandleTable::Hide(void* handle) { At(SlotOf(handle))->state.store(0); }

void HandleTable::Show(void* handle) {
  At(SlotOf(handle))->state.store(Bits(handle), std::memory_order_release);
}

std::mutex& HandleTable::SlotMutex(const void* handle) {
  return At(SlotOf(handle))->mutex;
}

HandleEntry HandleTable::Peek(uint32_t slot) const {
  const Slot& s = *At(slot);
  return {s.device.load(), s.inner.load(), s.companion.load(), s.parent.load()};
}

}  // namespace onnxifi::loader
