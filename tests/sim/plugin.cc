#include "backends/common/abi_main.h"
#include "tests/sim/sim_backend.h"

ONNXIFI_DEFINE_PLUGIN(onnxifi::sim::CreateSimBackends)
