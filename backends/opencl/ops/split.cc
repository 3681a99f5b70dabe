#include <algorithm>
#include <utility>

#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/element_loop.h"
#include "backends/opencl/kernels/move.h"
#include "base/checked.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

Reject Supports(const NodeView& node) {
  if (Reject r = RequireMovable(node, {0}); !r.supported()) return r;
  return RequireKnown(node, 1);
}

// Equal parts; from opset 18 on the last one may be smaller.
Result<std::vector<int64_t>> EqualSizes(const PrepareContext& ctx,
                                        int64_t total) {
  const int64_t count = static_cast<int64_t>(ctx.output_count());
  const int64_t size = CeilDiv(total, count);
  if (ctx.opset() < 18 && size * count != total) {
    return ShapeError(
        ctx, StrCat(total, " does not split into ", count, " equal parts"));
  }
  std::vector<int64_t> sizes;
  for (int64_t i = 0; i < count; ++i) {
    sizes.push_back(std::clamp<int64_t>(total - i * size, 0, size));
  }
  return sizes;
}

// Sizes along the axis, one for each output.
Result<std::vector<int64_t>> Sizes(const PrepareContext& ctx, int64_t total) {
  std::vector<int64_t> sizes;
  const auto given = ctx.attrs().Ints("split");
  if (ctx.HasInput(1)) {
    ONNXIFI_ASSIGN_OR_RETURN(sizes, ctx.ConstantInts(1));
  } else if (!given.empty()) {
    sizes.assign(given.begin(), given.end());
  } else {
    ONNXIFI_ASSIGN_OR_RETURN(sizes, EqualSizes(ctx, total));
  }
  int64_t left = total;
  bool ok = sizes.size() == ctx.output_count();
  for (const int64_t size : sizes) {
    ok = ok && size >= 0 && size <= left;
    if (ok) left -= size;
  }
  if (!ok || left != 0) {
    return ShapeError(ctx, StrCat("the parts do not add up to ", total));
  }
  return sizes;
}

// Output o takes `row` elements of the input's rows from `offset` on, which is
// no part of the text: outputs of one shape share a kernel.
Launch Take(const PrepareContext& ctx, size_t o, int64_t outer, int64_t row,
            int64_t in_row, int64_t offset) {
  const DataType type = ctx.in(0).type;
  KernelText kernel;
  kernel.InAs("x", UnitOf(type), 0).OutAs("y", UnitOf(type), o);
  const LoopOperand operands[] = {{"x", {in_row, 1}, 0}};
  Launch launch = MakeElementLoop(FactsOf(ctx), kernel, {{outer, row}},
                                  operands, "    y[i] = x[x_i];");
  launch.arguments[0].offset =
      static_cast<size_t>(offset) * static_cast<size_t>(ElementBytes(type));
  return launch;
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc in = ctx.in(0);
  ONNXIFI_ASSIGN_OR_RETURN(
      const size_t axis,
      NormalizeAxis(ctx, ctx.attrs().Int("axis", 0), in.dims.size()));
  ONNXIFI_ASSIGN_OR_RETURN(const std::vector<int64_t> sizes,
                           Sizes(ctx, in.dims[axis]));
  const std::span<const int64_t> all(in.dims);
  const int64_t outer = Product(all.first(axis));
  const int64_t inner = Product(all.subspan(axis + 1));
  std::vector<Launch> launches;
  int64_t offset = 0;
  for (size_t o = 0; o < sizes.size(); ++o) {
    if (ctx.HasOutput(o)) {
      if (sizes.size() == 1) return ctx.AliasOutput(0, 0, in.dims);
      Shape dims = in.dims;
      dims[axis] = sizes[o];
      ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(o, {in.type, std::move(dims)}));
      launches.push_back(
          Take(ctx, o, outer, sizes[o] * inner, in.dims[axis] * inner, offset));
    }
    offset += sizes[o] * inner;
  }
  SetLaunches(ctx, std::move(launches));
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(split,
                   {.op = "Split", .supports = &Supports, .prepare = &Prepare});

}  // namespace onnxifi::opencl
