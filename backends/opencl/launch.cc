#include "backends/opencl/launch.h"

#include <utility>

namespace onnxifi::opencl {
namespace {

// Never called: a DeviceProgram looks at the state.
onnxStatus OnDevice(const void*, const RunArgs&) {
  return ONNXIFI_STATUS_INTERNAL_ERROR;
}

}  // namespace

void SetLaunches(PrepareContext& ctx, std::vector<Launch> launches) {
  std::erase_if(launches, [](const Launch& launch) {
    return launch.global[0] * launch.global[1] * launch.global[2] == 0;
  });
  ctx.SetStepState(&OnDevice, LaunchList{std::move(launches)});
}

const LaunchList* LaunchesOf(RunFn fn, const void* state) {
  return fn == &OnDevice ? static_cast<const LaunchList*>(state) : nullptr;
}

}  // namespace onnxifi::opencl
