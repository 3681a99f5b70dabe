#include <string>

#include "backends/common/abi_main.h"
#include "backends/opencl/opencl_backend.h"

namespace {

onnxifi::Result<std::vector<std::unique_ptr<onnxifi::Backend>>> Create() {
  std::string why_none;
  auto backends = onnxifi::opencl::CreateOpenClBackends(&why_none);
  if (!why_none.empty()) onnxifi::NoteNoBackends(why_none);
  return backends;
}

}  // namespace

ONNXIFI_DEFINE_PLUGIN(Create)
