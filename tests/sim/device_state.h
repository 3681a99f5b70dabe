#ifndef ONNXIFI_TESTS_SIM_DEVICE_STATE_H_
#define ONNXIFI_TESTS_SIM_DEVICE_STATE_H_

#include <onnxifi/onnxifi.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

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
  DeviceState(std::string name, const Faults& faults)
      : name_(std::move(name)), faults_(faults) {}

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

 private:
  const std::string name_;
  const Faults faults_;
  std::atomic<uint64_t> runs_{0};
  std::atomic<uint64_t> used_bytes_{0};
  std::atomic<bool> lost_{false};
};

}  // namespace onnxifi::sim

#endif  // ONNXIFI_TESTS_SIM_DEVICE_STATE_H_
