#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/element_loop.h"
#include "backends/opencl/kernels/move.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

Reject Supports(const NodeView& node) {
  const auto mode = node.attrs().String("mode", "linear");
  if (mode != "linear" && mode != "circular") {
    return {RejectReason::kAttribute, "mode"};
  }
  if (Reject r = RequireMovable(node, {0, 1}); !r.supported()) return r;
  return RequireType(node, 2, {DataType::kInt64});
}

// The sequence axis, when the update fits the cache.
Result<size_t> SequenceAxis(const PrepareContext& ctx) {
  const Shape& cache = ctx.in(0).dims;
  const Shape& update = ctx.in(1).dims;
  ONNXIFI_ASSIGN_OR_RETURN(
      const size_t axis,
      NormalizeAxis(ctx, ctx.attrs().Int("axis", -2), cache.size()));
  bool fits = axis > 0 && update.size() == cache.size() &&
              ctx.in(1).type == ctx.in(0).type;
  for (size_t i = 0; fits && i < update.size(); ++i) {
    fits = i == axis ? update[i] <= cache[i] : update[i] == cache[i];
  }
  if (!fits || (ctx.HasInput(2) && Product(ctx.in(2).dims) != cache[0])) {
    return ShapeError(ctx, StrCat("update ", ShapeText(update),
                                  " does not fit cache ", ShapeText(cache)));
  }
  return axis;
}

// Rows (batch, outer, entry) of the update go to their places in the cache.
std::string PlaceText(const PrepareContext& ctx, size_t axis, int64_t outer,
                      int64_t block) {
  const int64_t length = ctx.in(0).dims[axis];
  const int64_t update = ctx.in(1).dims[axis];
  const bool circular = ctx.attrs().String("mode", "linear") == "circular";
  const std::string fits =
      circular ? "" : StrCat(" || start > ", length - update);
  // A circular cache counts its places modulo its length.
  const std::string place =
      circular ? StrCat("(start % ", length, " + c2) % ", length)
               : "start + c2";
  return StrCat("    const long start = ", ctx.HasInput(2) ? "index[c0]" : "0",
                ";\n    if (start < 0", fits,
                ") {\n      failure[0] = 1;\n      continue;\n    }\n",
                "    const long to = (((long)c0 * ", outer, " + c1) * ", length,
                " + ", place, ") * ", block, ";\n");
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc cache = ctx.in(0);
  ONNXIFI_ASSIGN_OR_RETURN(const size_t axis, SequenceAxis(ctx));
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, cache));
  ctx.AllowInPlace(0, 0);
  const std::span<const int64_t> all(cache.dims);
  const int64_t outer = Product(all.subspan(1, axis - 1));
  const int64_t block = Product(all.subspan(axis + 1));
  KernelText kernel;
  kernel.InAs("x", UnitOf(cache.type), 1).OutAs("y", UnitOf(cache.type), 0);
  if (ctx.HasInput(2)) kernel.In("index", DataType::kInt64, 2);
  kernel.Failure();
  const int64_t rows[] = {cache.dims[0], outer, ctx.in(1).dims[axis]};
  SetLaunches(
      ctx, {CopyInput(ctx, 0), MakeRowLoop(FactsOf(ctx), kernel, rows, block,
                                           PlaceText(ctx, axis, outer, block),
                                           "    y[to + j] = x[i];")});
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(tensor_scatter, {.op = "TensorScatter",
                                    .supports = &Supports,
                                    .prepare = &Prepare});

}  // namespace onnxifi::opencl
