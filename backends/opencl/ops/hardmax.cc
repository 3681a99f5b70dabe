#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/element_loop.h"
#include "backends/opencl/kernels/pointwise.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

// From this version on the operator works along one axis; before, over all
// dimensions from the axis on.
constexpr int kSingleAxisOpset = 13;

struct Lines {
  int64_t outer = 1;
  int64_t length = 1;
  int64_t inner = 1;
};

Result<Lines> FindLines(const PrepareContext& ctx) {
  const std::span<const int64_t> dims(ctx.in(0).dims);
  const bool single = ctx.opset() >= kSingleAxisOpset;
  const int64_t axis = ctx.attrs().Int("axis", single ? -1 : 1);
  // The flattening versions allow the axis after the last dimension.
  if (!single && axis == static_cast<int64_t>(dims.size())) {
    return Lines{Product(dims), 1, 1};
  }
  if (dims.empty()) return Lines{};
  ONNXIFI_ASSIGN_OR_RETURN(const size_t a,
                           NormalizeAxis(ctx, axis, dims.size()));
  return Lines{Product(dims.first(a)),
               single ? dims[a] : Product(dims.subspan(a)),
               single ? Product(dims.subspan(a + 1)) : 1};
}

Reject Supports(const NodeView& node) {
  return RequireTypes(node, 0, kFloatTypes);
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc in = ctx.in(0);
  ONNXIFI_ASSIGN_OR_RETURN(const Lines lines, FindLines(ctx));
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, in));
  KernelText kernel;
  kernel.Define("LENGTH", lines.length).Define("INNER", lines.inner);
  kernel.In("x", in.type, 0).Out("y", in.type, 0);
  const char* const compute = KernelTypeOf(in.type).compute;
  const std::string at = "first + n * INNER";
  const std::string body = StrCat(
      "    const long first = (long)c0 * LENGTH * INNER + c1;\n    ", compute,
      " most = ", LoadText(in.type, "x", "first"),
      ";\n    long best = 0;\n    for (long n = 1; n < LENGTH; ++n) {\n      "
      "const ",
      compute, " v = ", LoadText(in.type, "x", at),
      ";\n      if (v > most) {\n        most = v;\n        best = n;\n      "
      "}\n",
      "    }\n    for (long n = 0; n < LENGTH; ++n) {\n      ",
      StoreText(in.type, "y", at, "(n == best ? 1 : 0)"), "\n    }");
  const int64_t outer = lines.length == 0 ? 0 : lines.outer;
  SetLaunches(ctx, {MakeCoordinateLoop(FactsOf(ctx), kernel,
                                       {{outer, lines.inner}}, body)});
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(hardmax, {.op = "Hardmax",
                             .supports = &Supports,
                             .prepare = &Prepare});

}  // namespace onnxifi::opencl
