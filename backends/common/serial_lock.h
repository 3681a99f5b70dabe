#ifndef ONNXIFI_BACKENDS_COMMON_SERIAL_LOCK_H_
#define ONNXIFI_BACKENDS_COMMON_SERIAL_LOCK_H_

#include <onnxifi/onnxifi_ext.h>

#include <atomic>
#include <cstdint>

#include "backends/common/run_control.h"
#include "base/futex.h"

namespace onnxifi {

// Lets runs of several queues execute one at a time. A run that is stopped
// gives up waiting for it. Thread-safe.
class SerialLock {
 public:
  // SUCCESS: locked. Else why `control`, which may be null, stops the run.
  onnxStatus Lock(RunControl* control) {
    constexpr timespec kLook = {0, 1000000};
    uint32_t seen = kFree;
    if (word_.compare_exchange_strong(seen, kHeld, std::memory_order_acquire)) {
      return ONNXIFI_STATUS_SUCCESS;
    }
    while (word_.exchange(kAwaited, std::memory_order_acquire) != kFree) {
      if (control == nullptr) {
        FutexWait(word_, kAwaited);
        continue;
      }
      const onnxStatus stop = control->StopCode();
      if (stop != ONNXIFI_STATUS_SUCCESS) return stop;
      FutexWait(word_, kAwaited, &kLook);
    }
    return ONNXIFI_STATUS_SUCCESS;
  }
  void Unlock() {
    if (word_.exchange(kFree, std::memory_order_release) == kAwaited) {
      FutexWake(&word_, 1);
    }
  }

 private:
  enum : uint32_t { kFree, kHeld, kAwaited };
  std::atomic<uint32_t> word_{kFree};
};

}  // namespace onnxifi

#endif  // ONNXIFI_BACKENDS_COMMON_SERIAL_LOCK_H_
