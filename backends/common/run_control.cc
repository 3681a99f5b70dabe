#include "backends/common/run_control.h"

#include <utility>

#include "base/futex.h"

namespace onnxifi {
namespace {

constinit thread_local RunControl* t_control = nullptr;
constinit thread_local Status* t_failure = nullptr;

}  // namespace

RunControl* RunControl::Current() { return t_control; }

RunControl::Scope::Scope(RunControl* control, Status* failure)
    : outer_control_(std::exchange(t_control, control)),
      outer_failure_(std::exchange(t_failure, failure)) {}

RunControl::Scope::~Scope() {
  t_control = outer_control_;
  t_failure = outer_failure_;
}

void RunControl::Stop(onnxStatus code) {
  onnxStatus none = ONNXIFI_STATUS_SUCCESS;
  stop_.compare_exchange_strong(none, code, std::memory_order_relaxed);
}

onnxStatus RunControl::StopCode() {
  if (deadline_ns != 0 && NowNs() >= deadline_ns) {
    Stop(ONNXIFI_STATUS_DEADLINE_EXCEEDED);
  }
  return stop_.load(std::memory_order_relaxed);
}

void RunControl::AddNode(const std::string& name, const std::string& op,
                         int64_t start_ns) noexcept {
  const int64_t duration_ns = NowNs() - start_ns;
  try {
    profile.push_back({ONNXIFI_PROFILE_NODE, name, op, start_ns, duration_ns});
  } catch (...) {
  }
}

bool IsStopped(onnxStatus status) {
  return status == ONNXIFI_STATUS_CANCELLED ||
         status == ONNXIFI_STATUS_DEADLINE_EXCEEDED;
}

Status StoppedStatus(onnxStatus code) {
  if (code == ONNXIFI_STATUS_SUCCESS) return Status::Ok();
  return Status(code, code == ONNXIFI_STATUS_CANCELLED
                          ? "the run was cancelled by its cancel event"
                          : "the run was not complete at its deadline");
}

void NoteRunFailure(const Status& failure) noexcept {
  if (t_failure == nullptr) return;
  if (failure.node().op.empty() && !t_failure->node().op.empty()) return;
  *t_failure = failure;
}

}  // namespace onnxifi
