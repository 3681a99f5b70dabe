#include "backends/common/abi_main.h"
#include "backends/opencl/opencl_backend.h"

ONNXIFI_DEFINE_PLUGIN(onnxifi::opencl::CreateOpenClBackends)
