#ifndef ONNXIFI_BACKENDS_COMMON_HANDLE_TABLE_H_
#define ONNXIFI_BACKENDS_COMMON_HANDLE_TABLE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <new>
#include <utility>

namespace onnxifi::abi {

// What a handle stands for; part of its value.
enum class HandleKind : uint32_t {
  kBackendId = 1,
  kBackend = 2,
  kGraph = 3,
  kEvent = 4
};

// The parts of a handle value. The top nibble makes it an address that no
// process can have, so a handle never equals a pointer.
struct HandleParts {
  static_assert(sizeof(void*) == 8, "handles need 64-bit pointers");
  static constexpr uint64_t kTag = 0x9;
  static constexpr uint32_t kMaxIndex = (1u << 24) - 1;

  HandleKind kind;
  uint32_t index;
  uint32_t generation;

  void* Encode() const {
    return reinterpret_cast<void*>(
        kTag << 60 | static_cast<uint64_t>(kind) << 56 |
        static_cast<uint64_t>(index) << 32 | generation);
  }
  // False when `value` cannot be a handle of this kind.
  static bool Decode(const void* value, HandleKind kind, HandleParts* parts) {
    const auto bits = reinterpret_cast<uint64_t>(value);
    if (bits >> 56 != (kTag << 4 | static_cast<uint64_t>(kind))) return false;
    *parts = {kind, static_cast<uint32_t>(bits >> 32) & kMaxIndex,
              static_cast<uint32_t>(bits)};
    return true;
  }
};

// A place for one object; never freed while the library is loaded, so a stale
// handle can be checked without touching freed memory. `state` is
// generation << 32 | live << 31 | references. Live: the client's handle is
// valid. All zero: never used.
template <typename T>
struct HandleSlot {
  static constexpr uint64_t kLive = uint64_t{1} << 31;
  static constexpr uint64_t kRefs = kLive - 1;

  std::atomic<uint64_t> state;
  uint32_t index;
  uint32_t next_free;  // index + 1; 0 ends the list
  alignas(T) std::byte storage[sizeof(T)];

  T* object() { return std::launder(reinterpret_cast<T*>(storage)); }
};

// A counted reference to an object in a table. Thread-compatible; references
// to one object may be used from several threads.
template <typename T>
class Ref {
 public:
  Ref() = default;
  explicit Ref(HandleSlot<T>* adopted) : slot_(adopted) {}
  Ref(const Ref& other) : slot_(other.slot_) {
    if (slot_ != nullptr) slot_->state.fetch_add(1, std::memory_order_relaxed);
  }
  Ref(Ref&& other) noexcept : slot_(std::exchange(other.slot_, nullptr)) {}
  Ref& operator=(Ref other) noexcept {
    std::swap(slot_, other.slot_);
    return *this;
  }
  ~Ref() {
    if (slot_ != nullptr) T::Table().Unref(slot_);
  }

  explicit operator bool() const { return slot_ != nullptr; }
  T* get() const { return slot_ == nullptr ? nullptr : slot_->object(); }
  T* operator->() const { return slot_->object(); }
  T& operator*() const { return *slot_->object(); }
  // The client's handle; meaningful while it is live.
  void* handle() const {
    const uint64_t state = slot_->state.load(std::memory_order_relaxed);
    return HandleParts{T::kHandleKind, slot_->index,
                       static_cast<uint32_t>(state >> 32)}
        .Encode();
  }

 private:
  HandleSlot<T>* slot_ = nullptr;
};

// All objects of one kind, found by checked handles: an unknown, stale or
// foreign value is refused without being dereferenced. Objects live in slots
// that are reused, so creating and releasing allocates nothing in the long
// run. T gives kHandleKind, kSlotsPerChunk and Table().
//
// Thread-safe. Acquire takes no lock.
template <typename T>
class HandleTable {
 public:
  constexpr HandleTable() = default;

  // Makes an object and its handle. Throws std::bad_alloc.
  template <typename... Args>
  Ref<T> Create(Args&&... args) {
    HandleSlot<T>* slot = PopFree();
    try {
      new (slot->storage) T(std::forward<Args>(args)...);
    } catch (...) {
      PushFree(slot);
      throw;
    }
    const uint64_t generation =
        static_cast<uint32_t>((slot->state.load() >> 32) + 1);
    slot->state.store(generation << 32 | HandleSlot<T>::kLive | 1,
                      std::memory_order_release);
    return Ref<T>(slot);
  }

  // Empty when the value is not a live handle of this kind.
  Ref<T> Acquire(const void* handle) {
    HandleParts parts;
    HandleSlot<T>* slot = Find(handle, &parts);
    if (slot == nullptr) return {};
    uint64_t seen = slot->state.load(std::memory_order_acquire);
    do {
      if (!Matches(seen, parts)) return {};
    } while (!slot->state.compare_exchange_weak(seen, seen + 1,
                                                std::memory_order_acquire));
    return Ref<T>(slot);
  }

  // Ends the handle; of several concurrent calls one gets the object.
  Ref<T> Kill(const void* handle) {
    HandleParts parts;
    HandleSlot<T>* slot = Find(handle, &parts);
    if (slot == nullptr) return {};
    uint64_t seen = slot->state.load(std::memory_order_acquire);
    do {
      if (!Matches(seen, parts)) return {};
    } while (!slot->state.compare_exchange_weak(
        seen, (seen & ~HandleSlot<T>::kLive) + 1, std::memory_order_acq_rel));
    return Ref<T>(slot);
  }

  // Used by Ref: the last reference to a dead handle ends the object.
  void Unref(HandleSlot<T>* slot) {
    const uint64_t left =
        slot->state.fetch_sub(1, std::memory_order_acq_rel) - 1;
    if ((left & (HandleSlot<T>::kLive | HandleSlot<T>::kRefs)) != 0) return;
    slot->object()->~T();
    PushFree(slot);
  }

  // Frees the slots. Only when no object exists and no other thread is in the
  // library: before it is unloaded.
  void FreeMemory() {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (auto& chunk : chunks_) {
      ::operator delete(static_cast<void*>(chunk.exchange(nullptr)),
                        kAlignment);
    }
    used_ = 0;
    free_ = 0;
  }

 private:
  static constexpr uint32_t kChunks = 4096;
  static constexpr std::align_val_t kAlignment{alignof(HandleSlot<T>)};
  static_assert(uint64_t{kChunks} * T::kSlotsPerChunk <=
                HandleParts::kMaxIndex);

  static bool Matches(uint64_t state, const HandleParts& parts) {
    return (state >> 32) == parts.generation &&
           (state & HandleSlot<T>::kLive) != 0;
  }

  HandleSlot<T>* At(uint32_t index) {
    HandleSlot<T>* chunk =
        chunks_[index / T::kSlotsPerChunk].load(std::memory_order_acquire);
    return chunk == nullptr ? nullptr : chunk + index % T::kSlotsPerChunk;
  }

  HandleSlot<T>* Find(const void* handle, HandleParts* parts) {
    if (!HandleParts::Decode(handle, T::kHandleKind, parts)) return nullptr;
    if (parts->index / T::kSlotsPerChunk >= kChunks) return nullptr;
    return At(parts->index);
  }

  HandleSlot<T>* PopFree() {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (free_ != 0) {
      HandleSlot<T>* slot = At(free_ - 1);
      free_ = slot->next_free;
      return slot;
    }
    const uint32_t index = used_;
    if (index / T::kSlotsPerChunk >= kChunks) throw std::bad_alloc();
    if (index % T::kSlotsPerChunk == 0 && At(index) == nullptr) NewChunk(index);
    ++used_;
    return At(index);
  }

  void PushFree(HandleSlot<T>* slot) {
    const std::lock_guard<std::mutex> lock(mutex_);
    slot->next_free = free_;
    free_ = slot->index + 1;
  }

  void NewChunk(uint32_t first) {
    auto* slots = static_cast<HandleSlot<T>*>(
        ::operator new(sizeof(HandleSlot<T>) * T::kSlotsPerChunk, kAlignment));
    for (uint32_t i = 0; i < T::kSlotsPerChunk; ++i) {
      new (&slots[i].state) std::atomic<uint64_t>(0);
      slots[i].index = first + i;
      slots[i].next_free = 0;
    }
    chunks_[first / T::kSlotsPerChunk].store(slots, std::memory_order_release);
  }

  std::atomic<HandleSlot<T>*> chunks_[kChunks] = {};
  std::mutex mutex_;
  uint32_t used_ = 0;  // slots ever handed out
  uint32_t free_ = 0;  // first free slot's index + 1
};

}  // namespace onnxifi::abi

#endif  // ONNXIFI_BACKENDS_COMMON_HANDLE_TABLE_H_
