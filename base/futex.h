#ifndef ONNXIFI_BASE_FUTEX_H_
#define ONNXIFI_BASE_FUTEX_H_

#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <climits>
#include <cstdint>

namespace onnxifi {

// Sleeps while *word == expected; may return early for no reason. Returns at
// once when the value differs.
inline void FutexWait(std::atomic<uint32_t>& word, uint32_t expected,
                      const timespec* timeout = nullptr) {
  static_assert(sizeof(std::atomic<uint32_t>) == sizeof(uint32_t));
  syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, expected, timeout, nullptr, 0);
}

// Wakes up to `count` sleepers of `word`. Only the address is used, so the
// object behind it may already be gone.
inline void FutexWake(std::atomic<uint32_t>* word, int count = INT_MAX) {
  syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, count, nullptr, nullptr, 0);
}

// Tells the core that this is a spin loop.
inline void CpuPause() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// Monotonic time in nanoseconds.
inline int64_t NowNs() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return int64_t{now.tv_sec} * 1000000000 + now.tv_nsec;
}

}  // namespace onnxifi

#endif  // ONNXIFI_BASE_FUTEX_H_
