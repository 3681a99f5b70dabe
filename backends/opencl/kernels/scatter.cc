#include "backends/opencl/kernels/scatter.h"

#include <utility>

#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/move.h"
#include "backends/opencl/kernels/pointwise.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

std::string_view ReductionOf(const NodeView& node) {
  return node.attrs().String("reduction", "none");
}

}  // namespace

Reject SupportsScatter(const NodeView& node) {
  if (Reject r = RequireMovable(node, {0, 2}); !r.supported()) return r;
  const std::string_view reduction = ReductionOf(node);
  if (reduction == "none") return {};
  if (reduction != "add" && reduction != "mul" && reduction != "max" &&
      reduction != "min") {
    return {RejectReason::kAttribute, "reduction"};
  }
  return RequireTypes(node, 0, kNumberTypes);
}

KernelText ScatterKernel(const PrepareContext& ctx) {
  const DataType type = ctx.in(0).type;
  const char* const pointed =
      ReductionOf(ctx) == "none" ? UnitOf(type) : KernelTypeOf(type).storage;
  KernelText kernel;
  kernel.In("index", ctx.in(1).type, 1).InAs("update", pointed, 2);
  kernel.OutAs("y", pointed, 0).Failure();
  return kernel;
}

std::string CombineText(const PrepareContext& ctx, std::string_view to,
                        std::string_view from) {
  const std::string_view reduction = ReductionOf(ctx);
  if (reduction == "none") {
    return StrCat("    y[", to, "] = update[", from, "];\n");
  }
  const DataType type = ctx.in(0).type;
  const char* const compute = KernelTypeOf(type).compute;
  // A NaN wins, as in the reductions of numeric libraries.
  const char* const nan =
      (TypeBit(type) & kFloatTypes) != 0 ? " || isnan(a)" : "";
  std::string value = "a + b";
  if (reduction == "mul") value = "a * b";
  if (reduction == "max") value = StrCat("a > b", nan, " ? a : b");
  if (reduction == "min") value = StrCat("a < b", nan, " ? a : b");
  return StrCat(
      "    const ", compute, " a = ", LoadText(type, "y", to),
      ", b = ", LoadText(type, "update", from), ";\n    ",
      StoreText(type, "y", to, StrCat("(", compute, ")(", value, ")")), "\n");
}

Status SetScatter(PrepareContext& ctx, Launch scatter) {
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, ctx.in(0)));
  ctx.AllowInPlace(0, 0);
  std::vector<Launch> launches = {CopyInput(ctx, 0)};
  launches.push_back(std::move(scatter));
  SetLaunches(ctx, std::move(launches));
  return Status::Ok();
}

}  // namespace onnxifi::opencl
