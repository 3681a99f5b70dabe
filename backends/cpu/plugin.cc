#include "backends/common/abi_main.h"
#include "backends/cpu/cpu_backend.h"

ONNXIFI_DEFINE_PLUGIN(onnxifi::cpu::CreateCpuBackends)
