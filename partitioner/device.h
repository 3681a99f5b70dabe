#ifndef ONNXIFI_PARTITIONER_DEVICE_H_
#define ONNXIFI_PARTITIONER_DEVICE_H_

#include <onnxifi/onnxifi_ext.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "base/status.h"
#include "partitioner/functions.h"
#include "partitioner/problem.h"

namespace onnxifi::partitioner {

// What a device can do in a second, and what it costs to use it.
struct DeviceFigures {
  double macs = 0;       // float32 multiply-adds a second; 0: not known
  double macs_half = 0;  // float16
  double bytes = 0;      // of its own memory a second; 0: not known
  CopyCost from_host;
  CopyCost to_host;
  Ns launch = 0;        // of one run
  int64_t memory = -1;  // bytes; -1: no limit known
};

// One backend of the loader. Its ID is held for the object's life, its backend
// made at the first need. Thread-safe.
class Device {
 public:
  // `id` carries a reference, which the object takes over.
  Device(const Functions& functions, onnxBackendID id);
  ~Device();
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;

  const Functions& functions() const { return functions_; }
  onnxBackendID id() const { return id_; }
  const std::string& name() const { return name_; }
  const std::string& version() const { return version_; }
  const std::string& vendor() const { return vendor_; }
  // What it says of the hardware.
  const std::string& description() const { return description_; }
  uint64_t type() const { return type_; }
  // The table of interface 1.1; its members may be NULL. Nullptr: 1.0 only.
  const onnxPluginInterface* interface() const { return interface_; }
  // It takes and gives values of every kind and type.
  bool carries_values() const {
    return interface_ != nullptr && interface_->initGraph != nullptr &&
           interface_->runValues != nullptr;
  }
  bool has_query() const {
    return interface_ != nullptr && interface_->queryGraph != nullptr;
  }

  // Clients can have memory of its own, which is not the host's, and copy: what
  // parts on it give to each other need not leave it.
  bool has_memory() const { return has_memory_; }

  // What it tells through onnxGetBackendInfo, with defaults for the rest.
  const DeviceFigures& figures() const { return figures_; }

  // The backend, which is tolerant where the plugin knows how.
  Result<onnxBackend> Backend();

  // Set once the device has been lost: nothing is asked of it any more.
  bool lost() const { return lost_.load(std::memory_order_relaxed); }
  void SetLost() { lost_.store(true, std::memory_order_relaxed); }

 private:
  std::string Text(onnxBackendInfo selector) const;
  uint64_t Number(onnxBackendInfo selector, uint64_t fallback) const;
  void FindInterface();
  void FindMemory();
  void ReadCopies();
  void ReadFigures();

  const Functions& functions_;
  const onnxBackendID id_;
  std::string name_;
  std::string version_;
  std::string vendor_;
  std::string description_;
  uint64_t type_ = 0;
  onnxPluginInterface table_ = {};
  const onnxPluginInterface* interface_ = nullptr;  // table_, or there is none
  DeviceFigures figures_;
  bool has_memory_ = false;
  std::atomic<bool> lost_{false};
  std::mutex mutex_;
  onnxBackend backend_ = nullptr;  // guarded by mutex_
  bool made_ = false;              // guarded by mutex_
};

// All backends of the loader but heterogeneous ones: those place graphs
// themselves. The host, which is the first of type CPU that can do something,
// comes first.
Result<std::vector<std::shared_ptr<Device>>> OpenDevices(
    const Functions& functions);

// The host, which is the first of `all`, and those whose names have one of
// `parts` in them, in the order of the parts, each once. Without parts all but
// others of type CPU (PoCL's, say), which have the host's cores: a part there does
// not run beside one on the host. Nor the null backend, which is there to be copied:
// it runs next to nothing, and with it every graph would have something to decide.
// Not those that are lost, and no more than a problem may have.
std::vector<std::shared_ptr<Device>> ChooseDevices(
    const std::vector<std::shared_ptr<Device>>& all,
    std::span<const std::string> parts);

}  // namespace onnxifi::partitioner

#endif  // ONNXIFI_PARTITIONER_DEVICE_H_
