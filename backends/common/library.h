#ifndef ONNXIFI_BACKENDS_COMMON_LIBRARY_H_
#define ONNXIFI_BACKENDS_COMMON_LIBRARY_H_

#include <onnxifi/onnxifi.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "backends/common/backend.h"
#include "base/status.h"

namespace onnxifi::abi {

// Defined by ONNXIFI_DEFINE_PLUGIN: the devices of this plugin.
Result<std::vector<std::unique_ptr<Backend>>> CreatePluginBackends();

// One backend of the plugin and how many references to its ID clients hold.
struct Device {
  std::unique_ptr<Backend> backend;
  std::atomic<int64_t> id_references{0};
  std::atomic<uint64_t> graph_count{0};
};

// The plugin as a whole: its devices, their IDs, and the number of handles
// that clients hold. Devices are made at the first enumeration and live until
// the library is unloaded, so an ID has the same value each time. When the
// last handle goes, all threads are stopped. Thread-safe.
class Library {
 public:
  static Library& Get();

  // onnxGetBackendIDs; on success every ID written is one reference more.
  Status GetIds(onnxBackendID* ids, size_t* count);
  // nullptr: not a live ID.
  Device* FindId(onnxBackendID id);
  Status ReleaseId(onnxBackendID id);

  // Why there are none; empty when nobody has said it.
  const char* no_backends_reason() const { return no_backends_; }
  void set_no_backends_reason(std::string_view why);

  // A client got / gave back a handle.
  void HandleMade() { handles_.fetch_add(1, std::memory_order_relaxed); }
  void HandleGone();

 private:
  Status CreateDevices();
  static void* IdOf(size_t index);
  static void StopThreads(bool for_good);
  static void AtUnload();

  std::mutex mutex_;
  std::atomic<bool> created_{false};
  std::atomic<Device*> devices_{nullptr};  // array of device_count_
  size_t device_count_ = 0;
  // Written while devices are made; of fixed size, so that nothing has to be
  // freed at the end of the process.
  char no_backends_[512] = {};
  std::atomic<int64_t> handles_{0};
};

}  // namespace onnxifi::abi

#endif  // ONNXIFI_BACKENDS_COMMON_LIBRARY_H_
