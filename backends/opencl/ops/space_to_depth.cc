#include "backends/opencl/kernels/space_depth.h"

#include "backends/common/ops/op_util.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

Status Prepare(PrepareContext& ctx) {
  const Shape in = ctx.in(0).dims;
  const int64_t b = ctx.attrs().Int("blocksize", 0);
  if (in.size() != 4 || b < 1 || b > (1 << 20) || in[2] % b != 0 ||
      in[3] % b != 0) {
    return ShapeError(
        ctx, StrCat("input ", ShapeText(in), " does not fit blocksize ", b));
  }
  const int64_t h = in[2] / b;
  const int64_t w = in[3] / b;
  const std::array<int64_t, 6> dims = {in[0], in[1], h, b, w, b};
  const Shape out = {in[0], in[1] * b * b, h, w};
  return IsColumnRowDepth(ctx)
             ? PrepareViewTranspose(ctx, dims, {0, 1, 3, 5, 2, 4}, out)
             : PrepareViewTranspose(ctx, dims, {0, 3, 5, 1, 2, 4}, out);
}

}  // namespace

ONNXIFI_DEFINE_OPS(space_to_depth, {.op = "SpaceToDepth",
                                    .supports = &SupportsSpaceDepth,
                                    .prepare = &Prepare});

}  // namespace onnxifi::opencl
