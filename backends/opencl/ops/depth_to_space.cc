#include "backends/opencl/kernels/space_depth.h"

#include "backends/common/ops/op_util.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

Status Prepare(PrepareContext& ctx) {
  const Shape in = ctx.in(0).dims;
  const int64_t b = ctx.attrs().Int("blocksize", 0);
  if (in.size() != 4 || b < 1 || b > (1 << 20) || in[1] % (b * b) != 0) {
    return ShapeError(
        ctx, StrCat("input ", ShapeText(in), " does not fit blocksize ", b));
  }
  const int64_t c = in[1] / (b * b);
  const Shape out = {in[0], c, in[2] * b, in[3] * b};
  return IsColumnRowDepth(ctx)
             ? PrepareViewTranspose(ctx, {in[0], c, b, b, in[2], in[3]},
                                    {0, 1, 4, 2, 5, 3}, out)
             : PrepareViewTranspose(ctx, {in[0], b, b, c, in[2], in[3]},
                                    {0, 3, 4, 1, 5, 2}, out);
}

}  // namespace

ONNXIFI_DEFINE_OPS(depth_to_space, {.op = "DepthToSpace",
                                    .supports = &SupportsSpaceDepth,
                                    .prepare = &Prepare});

}  // namespace onnxifi::opencl
