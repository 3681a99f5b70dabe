#include <utility>

#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/element_loop.h"
#include "backends/opencl/kernels/move.h"
#include "base/checked.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

Reject Supports(const NodeView& node) { return RequireAllMovable(node); }

Result<Shape> OutputDims(const PrepareContext& ctx, size_t axis) {
  Shape dims = ctx.in(0).dims;
  for (size_t i = 1; i < ctx.input_count(); ++i) {
    const Shape& in = ctx.in(i).dims;
    bool fits = in.size() == dims.size() && ctx.in(i).type == ctx.in(0).type;
    for (size_t d = 0; fits && d < in.size(); ++d) {
      fits = d == axis || in[d] == dims[d];
    }
    if (!fits) {
      return ShapeError(
          ctx, StrCat("input ", i, " (", ShapeText(in), ") does not fit ",
                      ShapeText(dims), " along axis ", axis));
    }
    if (!CheckedAdd(dims[axis], in[axis], &dims[axis])) {
      return ShapeError(ctx, "the output is too large");
    }
  }
  return dims;
}

// Input i goes to `offset` elements from the start of the output's rows. The
// place is no part of the text, so inputs of one shape share a kernel.
Launch Place(PrepareContext& ctx, size_t i, int64_t outer, int64_t row,
             int64_t out_row, int64_t offset) {
  const DataType type = ctx.in(i).type;
  KernelText kernel;
  kernel.InAs("x", UnitOf(type), i).OutAs("y", UnitOf(type), 0);
  const LoopOperand operands[] = {{"y", {out_row, 1}, 0}};
  // It may have been made there (PlaceInput).
  Launch launch = MakeElementLoop(
      FactsOf(ctx), kernel, {{outer, row}}, operands,
      outer == 1 ? "    if (x != y) y[y_i] = x[i];" : "    y[y_i] = x[i];");
  launch.arguments[1].offset =
      static_cast<size_t>(offset) * static_cast<size_t>(ElementBytes(type));
  if (outer == 1) ctx.PlaceInput(i, 0, launch.arguments[1].offset);
  return launch;
}

Status Prepare(PrepareContext& ctx) {
  // Opset 1 has a default axis; later the attribute is required.
  ONNXIFI_ASSIGN_OR_RETURN(
      const size_t axis,
      NormalizeAxis(ctx, ctx.attrs().Int("axis", 1), ctx.in(0).dims.size()));
  ONNXIFI_ASSIGN_OR_RETURN(const Shape dims, OutputDims(ctx, axis));
  if (ctx.input_count() == 1) return ctx.AliasOutput(0, 0, dims);
  const std::span<const int64_t> all(dims);
  const int64_t outer = Product(all.first(axis));
  const int64_t inner = Product(all.subspan(axis + 1));
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {ctx.in(0).type, dims}));
  std::vector<Launch> launches;
  int64_t offset = 0;
  for (size_t i = 0; i < ctx.input_count(); ++i) {
    const int64_t row = ctx.in(i).dims[axis] * inner;
    launches.push_back(Place(ctx, i, outer, row, dims[axis] * inner, offset));
    offset += row;
  }
  SetLaunches(ctx, std::move(launches));
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(concat, {.op = "Concat",
                            .supports = &Supports,
                            .prepare = &Prepare});

}  // namespace onnxifi::opencl
