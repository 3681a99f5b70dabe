#include "backends/hetero/device_set.h"

#include <dlfcn.h>

#include <string>
#include <utility>

namespace onnxifi::hetero {
namespace {

// Plugins lie in lib/onnxifi/plugins, the loader in lib.
std::string LoaderDirectory() {
  Dl_info info = {};
  if (dladdr(reinterpret_cast<const void*>(&LoaderDirectory), &info) == 0 ||
      info.dli_fname == nullptr) {
    return "";
  }
  std::string path = info.dli_fname;
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos || path[0] != '/') return "";
  return path.substr(0, slash) + "/../..";
}

}  // namespace

Result<Devices> DeviceSet::Get(const Options& options) {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::shared_ptr<const Devices> all = open_.lock();
  if (all == nullptr) {
    ONNXIFI_ASSIGN_OR_RETURN(const partitioner::Functions* functions,
                             partitioner::FindLoader(LoaderDirectory()));
    ONNXIFI_ASSIGN_OR_RETURN(Devices opened,
                             partitioner::OpenDevices(*functions));
    all = std::make_shared<const Devices>(std::move(opened));
    open_ = all;
  }
  Devices chosen = partitioner::ChooseDevices(*all, options.devices);
  if (chosen.empty()) {
    return Status(ONNXIFI_STATUS_BACKEND_UNAVAILABLE,
                  "there is no backend to place a graph on; `onnxifi info` "
                  "tells what the loader found");
  }
  // Each device keeps the whole set.
  for (auto& device : chosen) {
    device = std::shared_ptr<partitioner::Device>(all, device.get());
  }
  return chosen;
}

}  // namespace onnxifi::hetero
