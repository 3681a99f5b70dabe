#include "backends/cpu/kernels/float_test_op.h"

namespace onnxifi::cpu {
namespace {

Status Prepare(PrepareContext& ctx) {
  const graph::AttrReader attrs = ctx.attrs();
  return PrepareFloatTest(
      ctx, {.positive_infinity = attrs.Int("detect_positive", 1) != 0,
            .negative_infinity = attrs.Int("detect_negative", 1) != 0});
}

}  // namespace

ONNXIFI_DEFINE_OPS(is_inf, {.op = "IsInf",
                            .supports = &SupportsFloatTest,
                            .prepare = &Prepare});

}  // namespace onnxifi::cpu
