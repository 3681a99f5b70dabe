#include <stdlib.h>

#include <memory>
#include <string>
#include <vector>

#include "backends/common/abi_main.h"
#include "backends/opencl/driver_probe.h"
#include "backends/opencl/opencl_backend.h"
#include "base/child_process.h"

namespace {

onnxifi::Result<std::vector<std::unique_ptr<onnxifi::Backend>>> Create() {
  // A loader that tries the plugin learns about its file, which does not change
  // with the drivers.
  if (secure_getenv(onnxifi::kTrialVariable) != nullptr) {
    return std::vector<std::unique_ptr<onnxifi::Backend>>();
  }
  const onnxifi::Status drivers = onnxifi::opencl::ProbeDrivers();
  if (!drivers.ok()) {
    onnxifi::NoteNoBackends(drivers.message());
    return std::vector<std::unique_ptr<onnxifi::Backend>>();
  }
  std::string why_none;
  auto backends = onnxifi::opencl::CreateOpenClBackends(&why_none);
  if (!why_none.empty()) onnxifi::NoteNoBackends(why_none);
  return backends;
}

}  // namespace

ONNXIFI_DEFINE_PLUGIN(Create)
