#ifndef ONNXIFI_BACKENDS_HETERO_DEVICE_SET_H_
#define ONNXIFI_BACKENDS_HETERO_DEVICE_SET_H_

#include <memory>
#include <mutex>
#include <vector>

#include "backends/hetero/options.h"
#include "base/status.h"
#include "partitioner/placer.h"

namespace onnxifi::hetero {

using partitioner::Devices;

// The backends behind the heterogeneous one. Open while a graph uses them, so
// that nothing of them is held by an idle process. Thread-safe.
class DeviceSet {
 public:
  // Those that the options leave and that are not lost, the host first.
  // BACKEND_UNAVAILABLE when there is none.
  Result<Devices> Get(const Options& options);

 private:
  std::mutex mutex_;
  std::weak_ptr<const Devices> open_;  // guarded by mutex_
};

}  // namespace onnxifi::hetero

#endif  // ONNXIFI_BACKENDS_HETERO_DEVICE_SET_H_
