#ifndef ONNXIFI_TESTS_SIM_DEVICE_STATE_H_
#define ONNXIFI_TESTS_SIM_DEVICE_STATE_H_

#include <onnxifi/onnxifi.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/status.h"
#include "tests/sim/machine.h"

namespace onnxifi::sim {

// What is to become of one run.
struct RunFate {
  onnxStatus status = ONNXIFI_STATUS_SUCCESS;  // else it fails with this
  bool wrong = false;                          // its outputs are spoilt
  uint64_t hang_ms = 0;                        // before anything else
};

// What all graphs of one device share: its runs, its memory, whether it is
// still there. Thread-safe.
class DeviceState {
 public:
  // `trace`: a file that gets what passes between memories; empty: none.
  DeviceState(std::string name, const Faults& faults, std::string trace = "")
      : name_(std::move(name)), faults_(faults), trace_(std::move(trace)) {}

  // Counts a run.
  RunFate NextRun();

  bool lost() const { return lost_.load(std::memory_order_acquire); }
  void Lose() { lost_.store(true, std::memory_order_release); }
  // The failure of everything on a lost device.
  Status LostStatus() const;

  // Memory for a graph's constants, given back with the last copy of the
  // result; NO_DEVICE_MEMORY when the device has no more.
  using Memory = std::shared_ptr<const void>;
  static Result<Memory> Take(const std::shared_ptr<DeviceState>& device,
                             uint64_t bytes);

  // Memory of clients, out of `most` bytes (0: no limit); false: too much.
  bool TakeBytes(uint64_t bytes, uint64_t most);
  void GiveBack(uint64_t bytes) {
    client_bytes_.fetch_sub(bytes, std::memory_order_relaxed);
  }

  bool traces() const { return !trace_.empty(); }
  // Appends a line of JSON to the file; one that cannot be written is dropped.
  void Trace(std::string_view what, uint64_t bytes) const;

 private:
  const std::string name_;
  const Faults faults_;
  const std::string trace_;
  std::atomic<uint64_t> runs_{0};
  std::atomic<uint64_t> client_bytes_{0};
  std::atomic<uint64_t> used_bytes_{0};
  std::atomic<bool> lost_{false};
};

}  // namespace onnxifi::sim

#endif  // ONNXIFI_TESTS_SIM_DEVICE_STATE_H_
