#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/axis_gather.h"

namespace onnxifi::opencl {
namespace {

Reject Supports(const NodeView& node) {
  if (Reject r = RequireMovable(node, {0}); !r.supported()) return r;
  return RequireKnown(node, 1);
}

Result<Shape> OutputDims(const PrepareContext& ctx) {
  const Shape& in = ctx.in(0).dims;
  ONNXIFI_ASSIGN_OR_RETURN(const std::vector<int64_t> sizes,
                           ctx.ConstantInts(1));
  const auto axes = ctx.attrs().Ints("axes");
  const bool all = !ctx.attrs().Has("axes");
  if (sizes.size() != (all ? in.size() : axes.size())) {
    return ShapeError(ctx, "the target shape does not fit the axes");
  }
  Shape dims = in;
  for (size_t i = 0; i < sizes.size(); ++i) {
    ONNXIFI_ASSIGN_OR_RETURN(
        const size_t axis,
        NormalizeAxis(ctx, all ? static_cast<int64_t>(i) : axes[i], in.size()));
    if (sizes[i] < 0) return ShapeError(ctx, "a target size is negative");
    dims[axis] = sizes[i];
  }
  // Before tables of that size are made.
  ONNXIFI_RETURN_IF_ERROR(graph::ByteSize(ctx.in(0).type, dims).status());
  return dims;
}

Status Prepare(PrepareContext& ctx) {
  const Shape in = ctx.in(0).dims;
  ONNXIFI_ASSIGN_OR_RETURN(const Shape dims, OutputDims(ctx));
  AxisGather gather;
  gather.in = in;
  for (size_t a = 0; a < in.size(); ++a) {
    // The smaller half goes in front, both when cropping and when padding.
    const int64_t missing = dims[a] - in[a];
    const int64_t shift = missing >= 0 ? -(missing / 2) : -missing / 2;
    std::vector<int64_t>& table = gather.tables.emplace_back();
    for (int64_t i = 0; i < dims[a]; ++i) {
      const int64_t from = i + shift;
      table.push_back(from >= 0 && from < in[a] ? from : -1);
    }
  }
  return PrepareAxisGather(ctx, gather);
}

}  // namespace

ONNXIFI_DEFINE_OPS(center_crop_pad, {.op = "CenterCropPad",
                                     .supports = &Supports,
                                     .prepare = &Prepare});

}  // namespace onnxifi::opencl
