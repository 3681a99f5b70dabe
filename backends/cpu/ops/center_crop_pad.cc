#include <algorithm>
#include <array>

#include "backends/common/ops/op_util.h"
#include "backends/cpu/kernels/axis_gather.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

using graph::Shape;

struct State {
  Shape in_dims;
  Shape out_dims;
  int64_t element_bytes = 1;
  std::array<unsigned char, 16> zero = {};
};

Reject Supports(const NodeView& n) {
  if (Reject r = RequireMovable(n, {0}); !r.supported()) return r;
  return RequireKnown(n, 1);
}

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  int64_t* const tables = static_cast<int64_t*>(args.scratch);
  int64_t* next = tables;
  for (size_t a = 0; a < s.in_dims.size(); ++a) {
    // The smaller half goes in front, both when cropping and when padding.
    const int64_t missing = s.out_dims[a] - s.in_dims[a];
    const int64_t shift = missing >= 0 ? -(missing / 2) : -missing / 2;
    for (int64_t i = 0; i < s.out_dims[a]; ++i) {
      const int64_t from = i + shift;
      *next++ = from >= 0 && from < s.in_dims[a] ? from : -1;
    }
  }
  RunAxisGather({s.in_dims, s.out_dims, tables, s.zero.data(), s.element_bytes},
                args.in[0], args.out[0], args.pool);
  return ONNXIFI_STATUS_SUCCESS;
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
  return dims;
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc& in = ctx.in(0);
  State state;
  state.in_dims = in.dims;
  state.element_bytes = ElementBytes(in.type);
  ONNXIFI_ASSIGN_OR_RETURN(state.out_dims, OutputDims(ctx));
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {in.type, state.out_dims}));
  ctx.BookScratch(static_cast<size_t>(AxisTableSize(state.out_dims)) *
                  sizeof(int64_t));
  ctx.SetStepState(&Run, std::move(state));
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(center_crop_pad, {.op = "CenterCropPad",
                                     .supports = &Supports,
                                     .prepare = &Prepare});

}  // namespace onnxifi::cpu
