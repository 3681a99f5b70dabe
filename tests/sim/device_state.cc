#include "tests/sim/device_state.h"

#include <fcntl.h>
#include <unistd.h>

#include <utility>

#include "base/str_cat.h"

namespace onnxifi::sim {

RunFate DeviceState::NextRun() {
  const uint64_t run = runs_.fetch_add(1, std::memory_order_acq_rel) + 1;
  RunFate fate;
  if (run == faults_.hang_at_run) fate.hang_ms = faults_.hang_ms;
  // Later runs of other threads must not slip through before the flag is set.
  if (faults_.lost_at_run != 0 && run >= faults_.lost_at_run) Lose();
  if (lost()) {
    fate.status = ONNXIFI_STATUS_BACKEND_UNAVAILABLE;
  } else if (run == faults_.out_of_memory_at_run) {
    fate.status = ONNXIFI_STATUS_NO_DEVICE_MEMORY;
  } else if (run == faults_.fails_at_run) {
    fate.status = ONNXIFI_STATUS_INTERNAL_ERROR;
  }
  fate.wrong = run == faults_.wrong_at_run;
  return fate;
}

Status DeviceState::LostStatus() const {
  return Status(
      ONNXIFI_STATUS_BACKEND_UNAVAILABLE,
      StrCat("device '", name_, "' is lost, as its machine's file demands"));
}

Result<DeviceState::Memory> DeviceState::Take(
    const std::shared_ptr<DeviceState>& device, uint64_t bytes) {
  const std::optional<uint64_t>& most = device->faults_.out_of_memory_above;
  uint64_t used = device->used_bytes_.load(std::memory_order_relaxed);
  do {
    if (most && (used > *most || bytes > *most - used)) {
      return Status(ONNXIFI_STATUS_NO_DEVICE_MEMORY,
                    StrCat("device '", device->name_, "' has ", *most,
                           " bytes for constants, of which ", used,
                           " are in use; the graph needs ", bytes));
    }
  } while (!device->used_bytes_.compare_exchange_weak(used, used + bytes));
  return Memory(device.get(), [device, bytes](const void*) {
    device->used_bytes_.fetch_sub(bytes, std::memory_order_relaxed);
  });
}

bool DeviceState::TakeBytes(uint64_t bytes, uint64_t most) {
  uint64_t used = client_bytes_.load(std::memory_order_relaxed);
  do {
    if (most != 0 && (used > most || bytes > most - used)) return false;
  } while (!client_bytes_.compare_exchange_weak(used, used + bytes));
  return true;
}

void DeviceState::Trace(std::string_view what, uint64_t bytes) const {
  if (!traces()) return;
  const std::string line = StrCat("{\"device\": \"", name_, "\", \"what\": \"",
                                  what, "\", \"bytes\": ", bytes, "}\n");
  const int file =
      ::open(trace_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
  if (file < 0) return;
  // One call a line: threads and processes do not mix theirs.
  const ssize_t written = ::write(file, line.data(), line.size());
  static_cast<void>(written);
  ::close(file);
}

}  // namespace onnxifi::sim
