#include "backends/opencl/launch.h"

#include <algorithm>
#include <utility>

#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

// Never called: a DeviceProgram looks at the state.
onnxStatus OnDevice(const void*, const RunArgs&) {
  return ONNXIFI_STATUS_INTERNAL_ERROR;
}

}  // namespace

Result<std::shared_ptr<PackedBytes>> MakePacked(size_t bytes) {
  auto packed = std::make_shared<PackedBytes>();
  packed->memory = AlignedMemory::Allocate(bytes);
  packed->bytes = bytes;
  if (!packed->memory) {
    return Status(ONNXIFI_STATUS_NO_SYSTEM_MEMORY,
                  StrCat("no memory for ", bytes, " bytes of packed weights"));
  }
  return packed;
}

Result<std::shared_ptr<const PackedBytes>> PackCopy(
    std::span<const std::byte> bytes) {
  ONNXIFI_ASSIGN_OR_RETURN(std::shared_ptr<PackedBytes> packed,
                           MakePacked(bytes.size()));
  std::copy(bytes.begin(), bytes.end(),
            static_cast<std::byte*>(packed->memory.data()));
  return std::shared_ptr<const PackedBytes>(std::move(packed));
}

void SetLaunches(PrepareContext& ctx, std::vector<Launch> launches) {
  std::erase_if(launches, [](const Launch& launch) {
    return launch.global[0] * launch.global[1] * launch.global[2] == 0;
  });
  ctx.SetStepState(&OnDevice, LaunchList{std::move(launches)});
}

RunFn LaunchFn() { return &OnDevice; }

const LaunchList* LaunchesOf(RunFn fn, const void* state) {
  return fn == &OnDevice ? static_cast<const LaunchList*>(state) : nullptr;
}

}  // namespace onnxifi::opencl
