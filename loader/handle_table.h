#ifndef ONNXIFI_LOADER_HANDLE_TABLE_H_
#define ONNXIFI_LOADER_HANDLE_TABLE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace onnxifi::loader {

struct Device;

enum class HandleKind : uint8_t {
  kId = 1,
  kBackend = 2,
  kGraph = 3,
  kEvent = 4,
};

// What a handle stands for.
struct HandleEntry {
  Device* device = nullptr;
  void* inner = nullptr;      // the plugin's own handle
  void* companion = nullptr;  // a plugin event released together with this one
  uint32_t parent = 0;        // slot of the backend that this hangs on
};

// Every handle the loader has given out. A handle is a number, never an
// address: a tag that no pointer of this machine has, the kind, a generation
// and a slot index. Looking one up compares it with its slot, so garbage,
// stale and mistyped values are refused without touching unknown memory.
//
// A slot is reused with a new generation once its handle is released and
// nothing hangs on it. Slots are never freed.
//
// Threading: all methods are safe. Find takes no lock.
class HandleTable {
 public:
  HandleTable() = default;
  ~HandleTable();
  HandleTable(const HandleTable&) = delete;
  HandleTable& operator=(const HandleTable&) = delete;

  // Takes a free slot; false when there is no memory or no slot left.
  [[nodiscard]] bool Reserve(uint32_t* slot);
  // Gives back a slot that has no live handle and no reference.
  void Free(uint32_t slot);

  // Makes a reserved slot live, with one reference held by the handle.
  void* Publish(uint32_t slot, HandleKind kind, const HandleEntry& entry);

  // The entry of a live handle of this kind.
  [[nodiscard]] bool Find(const void* handle, HandleKind kind,
                          HandleEntry* entry) const;

  // Ends a handle: exactly one of several callers succeeds. Its reference
  // stays until DropReference.
  [[nodiscard]] bool Claim(void* handle, HandleKind kind, HandleEntry* entry);

  // References keep a slot from being reused. AddReference fails when the
  // handle is not live. DropReference tells whether it was the last one.
  [[nodiscard]] bool AddReference(const void* handle, HandleKind kind);
  void AddReference(uint32_t slot);
  [[nodiscard]] bool DropReference(uint32_t slot);

  // A published handle refused for a while, and accepted again.
  void Hide(void* handle);
  void Show(void* handle);

  // A lock of one slot's own, for what must not interleave on one object.
  std::mutex& SlotMutex(const void* handle);
  HandleEntry Peek(uint32_t slot) const;

  static uint32_t SlotOf(const void* handle);

 private:
  struct Slot {
    std::atomic<uint64_t> state{0};  // the live handle, or 0
    std::atomic<uint64_t> life{0};   // generation << 32 | references
    std::atomic<Device*> device{nullptr};
    std::atomic<void*> inner{nullptr};
    std::atomic<void*> companion{nullptr};
    std::atomic<uint32_t> parent{0};
    std::mutex mutex;
  };

  static constexpr uint32_t kFirstChunkBits = 8;
  static constexpr uint32_t kIndexBits = 24;
  static constexpr uint32_t kMaxSlots = (1u << kIndexBits) - 256;
  static constexpr uint32_t kMaxGeneration = (1u << 28) - 1;
  static constexpr uint32_t kChunks = kIndexBits - kFirstChunkBits + 1;

  // Chunk k holds 256 << k slots, so that few chunks cover all indices.
  Slot* At(uint32_t slot) const;
  Slot* SlotFor(const void* handle, HandleKind kind) const;

  std::atomic<Slot*> chunks_[kChunks] = {};
  std::mutex mutex_;            // guards what follows
  std::vector<uint32_t> free_;  // capacity for every slot: Free cannot fail
  uint32_t used_ = 0;
};

}  // namespace onnxifi::loader

#endif  // ONNXIFI_LOADER_HANDLE_TABLE_H_
