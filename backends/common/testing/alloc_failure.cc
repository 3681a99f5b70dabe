#include "backends/common/testing/alloc_failure.h"

#include <cstdlib>
#include <new>

namespace onnxifi::testing {
namespace {

constinit thread_local bool t_armed = false;
constinit thread_local bool t_happened = false;
constinit thread_local int64_t t_allowed = 0;

}  // namespace

AllocFailure::AllocFailure(int64_t allowed) {
  t_allowed = allowed;
  t_happened = false;
  t_armed = true;
}

AllocFailure::~AllocFailure() { t_armed = false; }

bool AllocFailure::Happened() { return t_happened; }

static bool MustFail() {
  if (!t_armed || t_allowed-- > 0) return false;
  t_happened = true;
  return true;
}

static void* Allocate(size_t bytes, size_t alignment) {
  if (MustFail()) return nullptr;
  void* block = nullptr;
  if (alignment < sizeof(void*)) alignment = sizeof(void*);
  return posix_memalign(&block, alignment, bytes == 0 ? 1 : bytes) == 0
             ? block
             : nullptr;
}

static void* AllocateOrThrow(size_t bytes, size_t alignment) {
  void* block = Allocate(bytes, alignment);
  if (block == nullptr) throw std::bad_alloc();
  return block;
}

}  // namespace onnxifi::testing

using onnxifi::testing::Allocate;
using onnxifi::testing::AllocateOrThrow;

void* operator new(size_t n) { return AllocateOrThrow(n, 1); }
void* operator new[](size_t n) { return AllocateOrThrow(n, 1); }
void* operator new(size_t n, std::align_val_t a) {
  return AllocateOrThrow(n, static_cast<size_t>(a));
}
void* operator new[](size_t n, std::align_val_t a) {
  return AllocateOrThrow(n, static_cast<size_t>(a));
}
void* operator new(size_t n, const std::nothrow_t&) noexcept {
  return Allocate(n, 1);
}
void* operator new[](size_t n, const std::nothrow_t&) noexcept {
  return Allocate(n, 1);
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete[](void* p) noexcept { std::free(p); }
void operator delete(void* p, size_t) noexcept { std::free(p); }
void operator delete[](void* p, size_t) noexcept { std::free(p); }
void operator delete(void* p, std::align_val_t) noexcept { std::free(p); }
void operator delete[](void* p, std::align_val_t) noexcept { std::free(p); }
void operator delete(void* p, size_t, std::align_val_t) noexcept {
  std::free(p);
}
void operator delete[](void* p, size_t, std::align_val_t) noexcept {
  std::free(p);
}
void operator delete(void* p, const std::nothrow_t&) noexcept { std::free(p); }
void operator delete[](void* p, const std::nothrow_t&) noexcept {
  std::free(p);
}
