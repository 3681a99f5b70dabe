#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/element_loop.h"
#include "backends/opencl/kernels/move.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

Reject Supports(const NodeView& node) {
  if (Reject r = RequireMovable(node, {0}); !r.supported()) return r;
  return RequireType(node, 1, {DataType::kInt64});
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc in = ctx.in(0);
  const size_t rank = in.dims.size();
  if (rank < 2) {
    return ShapeError(ctx, StrCat("input ", ShapeText(in.dims),
                                  " is not a stack of matrices"));
  }
  if (ctx.HasInput(1) && Product(ctx.in(1).dims) != 1) {
    return ShapeError(ctx, "k must be one element");
  }
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, in));
  ctx.AllowInPlace(0, 0);
  const int64_t rows = in.dims[rank - 2];
  const int64_t columns = in.dims[rank - 1];
  const bool upper = ctx.attrs().Int("upper", 1) != 0;
  const char* const unit = UnitOf(in.type);
  KernelText kernel;
  kernel.InAs("x", unit, 0).OutAs("y", unit, 0);
  if (ctx.HasInput(1)) kernel.In("k", DataType::kInt64, 1);
  // Columns from `edge` on belong to the upper part.
  const std::string diagonal = ctx.HasInput(1)
                                   ? StrCat("clamp(k[0], (long)", -rows - 1,
                                            ", (long)", columns + 1, ")")
                                   : "0";
  const std::string head = StrCat("    const long edge = c1 + ", diagonal,
                                  upper ? "" : " + 1", ";\n");
  const std::string body =
      StrCat("    ", unit, " v = (", unit, ")(0);\n    if (j ",
             upper ? ">=" : "<", " edge) v = x[i];\n    y[i] = v;");
  const int64_t outer =
      Product(std::span<const int64_t>(in.dims).first(rank - 2));
  SetLaunches(ctx, {MakeRowLoop(FactsOf(ctx), kernel, {{outer, rows}}, columns,
                                head, body)});
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(trilu,
                   {.op = "Trilu", .supports = &Supports, .prepare = &Prepare});

}  // namespace onnxifi::opencl
