#include "backends/common/abi_main.h"
#include "backends/hetero/hetero_backend.h"

ONNXIFI_DEFINE_PLUGIN(onnxifi::hetero::CreateHeteroBackends)
