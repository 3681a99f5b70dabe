#include "backends/common/abi_main.h"
#include "backends/common/testing/fake_backend.h"

ONNXIFI_DEFINE_PLUGIN(onnxifi::testing::CreateFakeBackends)
