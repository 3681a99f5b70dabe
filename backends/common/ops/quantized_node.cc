#include "backends/common/ops/quantized_node.h"

#include "backends/common/ops/op_util.h"
#include "base/str_cat.h"

namespace onnxifi {

Status CheckChannelParameter(const PrepareContext& ctx, size_t i,
                             int64_t channels) {
  if (!ctx.HasInput(i)) return Status::Ok();
  const int64_t count = Product(ctx.in(i).dims);
  if (count == 1 || count == channels) return Status::Ok();
  return ShapeError(ctx, StrCat("input ", i, " has ", count, " values for ",
                                channels, " channels"));
}

Status CheckLineParameter(const PrepareContext& ctx, size_t i, size_t operand,
                          size_t reduced) {
  if (!ctx.HasInput(i)) return Status::Ok();
  const Shape& given = ctx.in(i).dims;
  const int64_t count = Product(given);
  if (count == 1) return Status::Ok();
  Shape wanted = ctx.in(operand).dims;
  const size_t rank = wanted.size();
  const int64_t lines = rank < 2 ? 1 : wanted[rank - (reduced == 1 ? 2 : 1)];
  if (given.size() == 1 && count == lines) return Status::Ok();
  if (rank >= 2) wanted[rank - reduced] = 1;
  if (rank >= 2 && given == wanted) return Status::Ok();
  return ShapeError(
      ctx, StrCat("input ", i, " of shape ", ShapeText(given),
                  " does not fit operand ", ShapeText(ctx.in(operand).dims)));
}

}  // namespace onnxifi
