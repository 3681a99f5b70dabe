#include "backends/common/ops/op_util.h"
#include "backends/cpu/kernels/strided_copy.h"
#include "base/checked.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

using graph::DataType;
using graph::Shape;

Reject Supports(const NodeView& n) {
  if (Reject r = RequireMovable(n, {0}); !r.supported()) return r;
  if (n.opset() >= 6) return RequireKnown(n, 1);
  for (const size_t i : {size_t{1}, size_t{2}}) {
    if (Reject r = RequireKnown(n, i); !r.supported()) return r;
  }
  return {};
}

onnxStatus Run(const void* state, const RunArgs& args) {
  static_cast<const StridedCopy*>(state)->Run(args.in[0], args.out[0],
                                              args.pool);
  return ONNXIFI_STATUS_SUCCESS;
}

// Opset 1: one axis, both as scalars of the data's type (float in practice).
Result<Shape> OneAxisRepeats(const PrepareContext& ctx) {
  Shape repeats(ctx.in(0).dims.size(), 1);
  int64_t values[2];
  for (size_t i = 0; i < 2; ++i) {
    const graph::TensorData* data = ctx.ConstantIn(i + 1);
    if (data == nullptr || Product(data->dims) != 1) {
      return NodeError(ctx, ONNXIFI_STATUS_UNSUPPORTED_ATTRIBUTE,
                       "tiles and axis must be constant scalars");
    }
    if (data->type == DataType::kInt64 || data->type == DataType::kInt32) {
      values[i] = LoadInt(data->data, data->type, 0);
    } else if (data->type == DataType::kFloat) {
      const float value = *static_cast<const float*>(data->data);
      values[i] =
          value >= -1e6F && value <= 1e9F ? static_cast<int64_t>(value) : -1;
    } else {
      return NodeError(ctx, ONNXIFI_STATUS_UNSUPPORTED_DATATYPE,
                       "tiles and axis must be float or integer");
    }
  }
  ONNXIFI_ASSIGN_OR_RETURN(const size_t axis,
                           NormalizeAxis(ctx, values[1], repeats.size()));
  repeats[axis] = values[0];
  return repeats;
}

Result<Shape> Repeats(const PrepareContext& ctx) {
  if (ctx.opset() < 6) return OneAxisRepeats(ctx);
  return ctx.ConstantInts(1);
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc& in = ctx.in(0);
  ONNXIFI_ASSIGN_OR_RETURN(const Shape repeats, Repeats(ctx));
  Shape dims = in.dims;
  bool ok = repeats.size() == dims.size();
  for (size_t i = 0; ok && i < dims.size(); ++i) {
    ok = repeats[i] >= 0 && CheckedMul(dims[i], repeats[i], &dims[i]);
  }
  if (!ok) {
    return ShapeError(ctx, StrCat("repeats ", ShapeText(repeats),
                                  " do not fit input ", ShapeText(in.dims)));
  }
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {in.type, dims}));
  const Shape in_strides = RowMajorStrides(in.dims);
  const Shape out_strides = RowMajorStrides(dims);
  StridedCopy copy(ElementBytes(in.type));
  for (size_t i = 0; i < dims.size(); ++i) {
    copy.AddDim(repeats[i], 0, out_strides[i] * in.dims[i]);
    copy.AddDim(in.dims[i], in_strides[i], out_strides[i]);
  }
  copy.Finish();
  ctx.SetStepState(&Run, copy);
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(tile,
                   {.op = "Tile", .supports = &Supports, .prepare = &Prepare});

}  // namespace onnxifi::cpu
