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
  if (in.size() != 4 || b < 1 || b > (1 << 20) || in[1] % (b * b) != 0) {
    return ShapeError(
        ctx, StrCat("input ", ShapeText(in), " does not fit blocksize ", b));
  }
  const int64_t c = in[1] / (b * b);
  graph::Shape out = {in[0], c, in[2] * b, in[3] * b};
  if (ctx.attrs().String("mode", "DCR") == "CRD") {
    return PrepareViewTranspose(ctx, {in[0], c, b, b, in[2], in[3]},
                                {0, 1, 4, 2, 5, 3}, std::move(out));
  }
  return PrepareViewTranspose(ctx, {in[0], b, b, c, in[2], in[3]},
                              {0, 3, 4, 1, 5, 2}, std::move(out));
}

}  // namespace

ONNXIFI_DEFINE_OPS(depth_to_space, {.op = "DepthToSpace",
                                    .supports = &Supports,
                                    .prepare = &Prepare});

}  // namespace onnxifi::cpu
