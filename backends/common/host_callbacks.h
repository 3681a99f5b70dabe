#ifndef ONNXIFI_BACKENDS_COMMON_HOST_CALLBACKS_H_
#define ONNXIFI_BACKENDS_COMMON_HOST_CALLBACKS_H_

#include <onnxifi/onnxifi_ext.h>

#include <atomic>
#include <mutex>
#include <string>
#include <string_view>

#include "backends/common/last_error.h"
#include "backends/common/run_control.h"
#include "base/log.h"

namespace onnxifi::abi {

// Where the log, failures and profiles go once a host wants them (interface
// 1.1). A lock is held during a host's function, so that a replaced one is
// never called again. Thread-safe.
class HostCallbacks {
 public:
  constexpr HostCallbacks() = default;
  static HostCallbacks& Get();

  // Takes over what is not NULL.
  void Set(const onnxHostInterface& host);

  bool takes_errors() const {
    return has_error_.load(std::memory_order_relaxed);
  }
  bool traces() const { return has_trace_.load(std::memory_order_relaxed); }
  void SendError(const ErrorRecord& error) noexcept;
  void SendTrace(uint32_t count, const onnxProfileEvent* events) noexcept;

 private:
  static void LogToHost(void* self, LogLevel level, std::string_view text);

  std::mutex log_mutex_;
  onnxLogCallback log_ = nullptr;  // guarded by log_mutex_
  void* log_context_ = nullptr;    // guarded by log_mutex_
  std::mutex mutex_;
  onnxErrorCallback error_ = nullptr;    // guarded by mutex_
  void* error_context_ = nullptr;        // guarded by mutex_
  onnxProfileCallback trace_ = nullptr;  // guarded by mutex_
  void* trace_context_ = nullptr;        // guarded by mutex_
  std::atomic<bool> has_error_{false};
  std::atomic<bool> has_trace_{false};
};

// Sends the profile of a run of `graph` that has just ended: to `receive`, or to
// the host when it is NULL.
void SendProfile(const RunControl& control, const std::string& graph,
                 int64_t start_ns, onnxProfileCallback receive,
                 void* context) noexcept;

}  // namespace onnxifi::abi

#endif  // ONNXIFI_BACKENDS_COMMON_HOST_CALLBACKS_H_
