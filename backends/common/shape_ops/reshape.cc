#include "backends/common/ops/op_util.h"
#include "base/checked.h"
#include "base/str_cat.h"

namespace onnxifi::shape_ops {
namespace {

using graph::Shape;

Reject Supports(const NodeView& n) {
  if (Reject r = RequireTensors(n); !r.supported()) return r;
  return n.opset() >= 5 ? RequireKnown(n, 1) : Reject();
}

// The output's dims: 0 copies the input's dimension (unless allowzero), one
// -1 takes what is left.
Result<Shape> OutputDims(const PrepareContext& ctx, Shape wanted) {
  const Shape& in = ctx.in(0).dims;
  const bool allow_zero = ctx.attrs().Int("allowzero", 0) != 0;
  int64_t known = 1;
  size_t open = wanted.size();
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i] == 0 && !allow_zero) {
      if (i >= in.size()) {
        return ShapeError(
            ctx, StrCat("dimension ", i,
                        " is 0 (copy), but the input has rank ", in.size()));
      }
      wanted[i] = in[i];
    }
    if (wanted[i] < -1 || (wanted[i] == -1 && open != wanted.size())) {
      return ShapeError(ctx,
                        StrCat("shape ", ShapeText(wanted), " is not valid"));
    }
    if (wanted[i] == -1) {
      open = i;
    } else if (!CheckedMul(known, wanted[i], &known)) {
      return ShapeError(ctx, "the shape is too large");
    }
  }
  const int64_t count = Product(in);
  if (open != wanted.size()) {
    if (known == 0 || count % known != 0) {
      return ShapeError(
          ctx, StrCat("input ", ShapeText(in), " does not divide into ",
                      ShapeText(wanted)));
    }
    wanted[open] = count / known;
  } else if (known != count) {
    return ShapeError(ctx, StrCat("input ", ShapeText(in),
                                  " does not fit shape ", ShapeText(wanted)));
  }
  return wanted;
}

Status Prepare(PrepareContext& ctx) {
  Shape wanted;
  if (ctx.opset() < 5) {
    const auto shape = ctx.attrs().Ints("shape");
    wanted.assign(shape.begin(), shape.end());
  } else {
    ONNXIFI_ASSIGN_OR_RETURN(wanted, ctx.ConstantInts(1));
  }
  ONNXIFI_ASSIGN_OR_RETURN(Shape dims, OutputDims(ctx, std::move(wanted)));
  return ctx.AliasOutput(0, 0, std::move(dims));
}

}  // namespace

ONNXIFI_DEFINE_OPS(reshape, {.op = "Reshape",
                             .supports = &Supports,
                             .prepare = &Prepare});

}  // namespace onnxifi::shape_ops
