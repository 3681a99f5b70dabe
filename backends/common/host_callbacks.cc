#include "backends/common/host_callbacks.h"

#include <utility>
#include <vector>

#include "base/futex.h"

namespace onnxifi::abi {
namespace {

constinit HostCallbacks g_callbacks;

onnxProfileEvent EventOf(const RunControl& control, const ProfileEntry& entry) {
  onnxProfileEvent event = {};
  event.structSize = sizeof(event);
  event.kind = entry.kind;
  event.correlationId = control.correlation_id;
  event.startNs = static_cast<uint64_t>(entry.start_ns);
  event.durationNs = static_cast<uint64_t>(entry.duration_ns);
  event.name = entry.name.c_str();
  event.operatorName = entry.op.empty() ? nullptr : entry.op.c_str();
  return event;
}

}  // namespace

HostCallbacks& HostCallbacks::Get() { return g_callbacks; }

void HostCallbacks::LogToHost(void* self, LogLevel level,
                              std::string_view text) {
  auto& host = *static_cast<HostCallbacks*>(self);
  const std::string terminated(text);
  const std::lock_guard<std::mutex> lock(host.log_mutex_);
  host.log_(host.log_context_, static_cast<uint32_t>(level),
            terminated.c_str());
}

void HostCallbacks::Set(const onnxHostInterface& host) {
  if (host.log != nullptr) {
    {
      const std::lock_guard<std::mutex> lock(log_mutex_);
      log_ = host.log;
      log_context_ = host.logContext;
    }
    SetLogSink(&LogToHost, this);
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  if (host.error != nullptr) {
    error_ = host.error;
    error_context_ = host.errorContext;
    has_error_.store(true, std::memory_order_relaxed);
  }
  if (host.trace != nullptr) {
    trace_ = host.trace;
    trace_context_ = host.traceContext;
    has_trace_.store(true, std::memory_order_relaxed);
  }
}

void HostCallbacks::SendError(const ErrorRecord& error) noexcept {
  if (!takes_errors()) return;
  try {
    const onnxErrorInfo info = error.Info();
    const std::lock_guard<std::mutex> lock(mutex_);
    error_(error_context_, &info);
  } catch (...) {
  }
}

void HostCallbacks::SendTrace(uint32_t count,
                              const onnxProfileEvent* events) noexcept {
  if (!traces()) return;
  try {
    const std::lock_guard<std::mutex> lock(mutex_);
    trace_(trace_context_, count, events);
  } catch (...) {
  }
}

void SendProfile(const RunControl& control, const std::string& graph,
                 int64_t start_ns, onnxProfileCallback receive,
                 void* context) noexcept {
  try {
    const ProfileEntry run = {
        ONNXIFI_PROFILE_RUN, graph, {}, start_ns, NowNs() - start_ns};
    std::vector<onnxProfileEvent> events = {EventOf(control, run)};
    for (const ProfileEntry& entry : control.profile) {
      events.push_back(EventOf(control, entry));
    }
    const auto count = static_cast<uint32_t>(events.size());
    if (receive != nullptr) {
      receive(context, count, events.data());
    } else {
      HostCallbacks::Get().SendTrace(count, events.data());
    }
  } catch (...) {
    // A profile that there is no memory for is none.
  }
}

}  // namespace onnxifi::abi
