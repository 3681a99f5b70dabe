#include <utility>

#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/host_number.h"
#include "backends/opencl/kernels/move.h"
#include "base/checked.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

Reject Supports(const NodeView& node) {
  if (Reject r = RequireMovable(node, {0}); !r.supported()) return r;
  if (Reject r = RequireKnown(node, 1); !r.supported()) return r;
  return node.opset() < 6 ? RequireKnown(node, 2) : Reject{};
}

// Opset 1: one axis, both as scalars of the data's type (float in practice).
Result<Shape> OneAxisRepeats(const PrepareContext& ctx) {
  int64_t values[2];
  for (size_t i = 0; i < 2; ++i) {
    const graph::TensorData* data = ctx.ConstantIn(i + 1);
    if (data == nullptr) return UnknownInput(ctx, i + 1);
    if (Product(data->dims) != 1) {
      return ShapeError(ctx, "tiles and axis must be scalars");
    }
    values[i] = HostInteger(data->data, data->type, 0);
  }
  Shape repeats(ctx.in(0).dims.size(), 1);
  ONNXIFI_ASSIGN_OR_RETURN(const size_t axis,
                           NormalizeAxis(ctx, values[1], repeats.size()));
  repeats[axis] = values[0];
  return repeats;
}

Status Prepare(PrepareContext& ctx) {
  const Shape in = ctx.in(0).dims;
  ONNXIFI_ASSIGN_OR_RETURN(const Shape repeats, ctx.opset() < 6
                                                    ? OneAxisRepeats(ctx)
                                                    : ctx.ConstantInts(1));
  const Shape strides = RowMajorStrides(in);
  StridedView view;
  Shape dims = in;
  bool ok = repeats.size() == dims.size();
  for (size_t i = 0; ok && i < dims.size(); ++i) {
    ok = repeats[i] >= 0 && CheckedMul(dims[i], repeats[i], &dims[i]);
    view.Add(repeats[i], 0);
    view.Add(in[i], strides[i]);
  }
  if (!ok) {
    return ShapeError(ctx, StrCat("repeats ", ShapeText(repeats),
                                  " do not fit input ", ShapeText(in)));
  }
  return PrepareView(ctx, std::move(dims), view);
}

}  // namespace

ONNXIFI_DEFINE_OPS(tile,
                   {.op = "Tile", .supports = &Supports, .prepare = &Prepare});

}  // namespace onnxifi::opencl
