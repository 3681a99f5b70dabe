#include "backends/common/ops/op_util.h"
#include "backends/cpu/kernels/space_depth.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

Reject Supports(const NodeView& n) {
  const auto mode = n.attrs().String("mode", "DCR");
  if (mode != "DCR" && mode != "CRD") {
    return {RejectReason::kAttribute, "mode"};
  }
  return RequireMovable(n, {0});
}

Status Prepare(PrepareContext& ctx) {
  const graph::Shape in = ctx.in(0).dims;
  const int64_t b = ctx.attrs().Int("blocksize", 0);
  if (in.size() != 4 || b < 1 || b > (1 << 20) || in[2] % b != 0 ||
      in[3] % b != 0) {
    return ShapeError(
        ctx, StrCat("input ", ShapeText(in), " does not fit blocksize ", b));
  }
  const int64_t h = in[2] / b;
  const int64_t w = in[3] / b;
  graph::Shape out = {in[0], in[1] * b * b, h, w};
  if (ctx.attrs().String("mode", "DCR") == "CRD") {
    return PrepareViewTranspose(ctx, {in[0], in[1], h, b, w, b},
                                {0, 1, 3, 5, 2, 4}, std::move(out));
  }
  return PrepareViewTranspose(ctx, {in[0], in[1], h, b, w, b},
                              {0, 3, 5, 1, 2, 4}, std::move(out));
}

}  // namespace

ONNXIFI_DEFINE_OPS(space_to_depth, {.op = "SpaceToDepth",
                                    .supports = &Supports,
                                    .prepare = &Prepare});

}  // namespace onnxifi::cpu
