#include <utility>

#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/element_loop.h"
#include "backends/opencl/kernels/host_number.h"
#include "backends/opencl/kernels/move.h"
#include "backends/opencl/kernels/pointwise.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

Reject Supports(const NodeView& node) {
  if (Reject r = RequireMovable(node, {2}); !r.supported()) return r;
  for (const size_t i : {size_t{0}, size_t{1}}) {
    if (Reject r = RequireTypes(node, i, kNumberTypes); !r.supported()) {
      return r;
    }
  }
  return RequireKnown(node, 1);
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc in = ctx.in(0);
  const DataType type = ctx.in(2).type;
  ONNXIFI_ASSIGN_OR_RETURN(
      const size_t axis,
      NormalizeAxis(ctx, ctx.attrs().Int("axis", -1), in.dims.size() + 1));
  const graph::TensorData* const known = ctx.ConstantIn(1);
  if (known == nullptr) return UnknownInput(ctx, 1);
  if (Product(known->dims) != 1) {
    return ShapeError(ctx, "depth must be one element");
  }
  const int64_t depth = HostInteger(known->data, known->type, 0);
  if (depth < 0 || Product(ctx.in(2).dims) != 2) {
    return ShapeError(ctx, "depth is negative or values has not 2 elements");
  }
  Shape dims = in.dims;
  dims.insert(dims.begin() + static_cast<int64_t>(axis), depth);
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {type, std::move(dims)}));
  const std::span<const int64_t> all(in.dims);
  const int64_t inner = Product(all.subspan(axis));
  KernelText kernel;
  kernel.In("index", in.type, 0).InAs("values", UnitOf(type), 2);
  kernel.OutAs("y", UnitOf(type), 0);
  // Before opset 11 only [0, depth) counts.
  const std::string wrap =
      ctx.opset() >= 11 ? StrCat("    if (k < 0) k += ", depth, ";\n") : "";
  const std::string body =
      StrCat("    long k = (long)",
             LoadText(in.type, "index", StrCat("(c0 * ", inner, " + c2)")),
             ";\n", wrap, "    y[i] = values[k == c1 ? 1 : 0];");
  SetLaunches(ctx, {MakeCoordinateLoop(
                       FactsOf(ctx), kernel,
                       {{Product(all.first(axis)), depth, inner}}, body)});
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(one_hot, {.op = "OneHot",
                             .supports = &Supports,
                             .prepare = &Prepare});

}  // namespace onnxifi::opencl
