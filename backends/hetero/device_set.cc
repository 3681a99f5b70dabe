#include "backends/hetero/device_set.h"

#include <dlfcn.h>

#include <algorithm>
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

bool Named(const partitioner::Device& device, const std::string& part) {
  return device.name().find(part) != std::string::npos;
}

// The host, and what the options name, in their order.
Devices Choose(const Devices& all, const Options& options) {
  Devices chosen;
  const auto take = [&](const std::shared_ptr<partitioner::Device>& device) {
    const bool have =
        std::find(chosen.begin(), chosen.end(), device) != chosen.end();
    if (!have && !device->lost()) chosen.push_back(device);
  };
  if (!all.empty()) take(all.front());
  for (const std::string& name : options.devices) {
    for (const auto& device : all) {
      if (Named(*device, name)) take(device);
    }
  }
  if (options.devices.empty()) {
    // The null backend is there to be copied: it runs next to nothing, and
    // with it every graph would have something to decide.
    for (const auto& device : all) {
      if (!device->name().ends_with("null")) take(device);
    }
  }
  constexpr auto kMost = static_cast<size_t>(partitioner::kMaxDevices);
  if (chosen.size() > kMost) chosen.resize(kMost);
  return chosen;
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
  Devices chosen = Choose(*all, options);
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
