#ifndef ONNXIFI_BASE_ALIGNED_MEMORY_H_
#define ONNXIFI_BASE_ALIGNED_MEMORY_H_

#include <cstddef>
#include <utility>

namespace onnxifi {

// A zero-filled block of memory on a 64-byte boundary. Large blocks are mapped
// on their own and ask for huge pages: the page faults of 100 MB of weights
// cost more than packing them, and copies between threads run faster. Movable;
// thread-compatible.
class AlignedMemory {
 public:
  AlignedMemory() = default;
  ~AlignedMemory() { Reset(); }
  AlignedMemory(AlignedMemory&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)),
        mapped_(std::exchange(other.mapped_, 0)) {}
  AlignedMemory& operator=(AlignedMemory&& other) noexcept {
    if (this != &other) {
      Reset();
      data_ = std::exchange(other.data_, nullptr);
      mapped_ = std::exchange(other.mapped_, 0);
    }
    return *this;
  }

  // At least one byte is allocated. data() is nullptr when there is no memory.
  static AlignedMemory Allocate(size_t bytes);

  // Freed large blocks are kept while a KeepFreed lives, for the next
  // Allocate: touching fresh memory is the largest cost of compiling a graph.
  class KeepFreed {
   public:
    KeepFreed();
    ~KeepFreed();  // returns everything when the last one goes
    KeepFreed(const KeepFreed&) = delete;
    KeepFreed& operator=(const KeepFreed&) = delete;
  };

  void* data() const { return data_; }
  explicit operator bool() const { return data_ != nullptr; }
  void Reset();

 private:
  void* data_ = nullptr;
  size_t mapped_ = 0;  // bytes to unmap; 0: from the heap
};

}  // namespace onnxifi

#endif  // ONNXIFI_BASE_ALIGNED_MEMORY_H_
