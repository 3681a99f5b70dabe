#include "backends/cpu/kernels/float_test_op.h"

namespace onnxifi::cpu {
namespace {

Status Prepare(PrepareContext& ctx) {
  return PrepareFloatTest(ctx, {.nan = true});
}

}  // namespace

ONNXIFI_DEFINE_OPS(is_nan, {.op = "IsNaN",
                            .supports = &SupportsFloatTest,
                            .prepare = &Prepare});

}  // namespace onnxifi::cpu
