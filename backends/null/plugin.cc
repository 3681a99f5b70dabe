#include "backends/common/abi_main.h"
#include "backends/null/null_backend.h"

ONNXIFI_DEFINE_PLUGIN(onnxifi::null::CreateNullBackends)
