#ifndef ONNXIFI_CONFORMANCE_HARNESS_GUARDED_BUFFER_H_
#define ONNXIFI_CONFORMANCE_HARNESS_GUARDED_BUFFER_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "base/status.h"

namespace onnxifi::conformance {

// Memory for one tensor that nobody may leave: the page behind it (or in front
// of it) cannot be touched, and the slack on the other side holds a pattern
// that is checked. New memory is poison: bytes that no right result is made
// of. Move-only; thread-compatible.
class GuardedBuffer {
 public:
  // Which end lies at the forbidden page, exactly.
  enum class Guard { kBehind, kInFront };

  GuardedBuffer() = default;
  static Result<GuardedBuffer> Make(size_t size, Guard guard = Guard::kBehind);
  ~GuardedBuffer();
  GuardedBuffer(GuardedBuffer&& other) noexcept;
  GuardedBuffer& operator=(GuardedBuffer&& other) noexcept;

  std::span<std::byte> bytes() const { return {data_, size_}; }
  template <typename T>
  std::span<T> as() const {
    return {reinterpret_cast<T*>(data_), size_ / sizeof(T)};
  }
  // Fills it with poison again.
  void Poison();
  // From now on a write is a crash: for inputs.
  Status MakeReadOnly();
  // What is wrong with the bytes around the tensor; empty: nothing.
  std::string Damage() const;

  // The byte at `index` of poison.
  static std::byte PoisonAt(size_t index);

 private:
  std::byte* map_ = nullptr;
  size_t map_size_ = 0;
  std::byte* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace onnxifi::conformance

#endif  // ONNXIFI_CONFORMANCE_HARNESS_GUARDED_BUFFER_H_
