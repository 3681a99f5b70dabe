#include "backends/opencl/kernels/move.h"

#include <utility>

#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/element_loop.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {

const char* UnitOf(graph::DataType type) {
  switch (ElementBytes(type)) {
    case 1:
      return "uchar";
    case 2:
      return "ushort";
    case 4:
      return "uint";
    case 8:
      return "ulong";
    case 16:
      return "ulong2";
    default:
      return nullptr;
  }
}

Status PrepareView(PrepareContext& ctx, graph::Shape out,
                   const StridedView& view) {
  const graph::DataType type = ctx.in(0).type;
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {type, std::move(out)}));
  KernelText kernel;
  kernel.InAs("x", UnitOf(type), 0).OutAs("y", UnitOf(type), 0);
  const LoopOperand operands[] = {{"x", view.strides, view.offset}};
  SetLaunches(ctx, {MakeElementLoop(FactsOf(ctx), kernel, view.dims, operands,
                                    "    y[i] = x[x_i];")});
  return Status::Ok();
}

Launch CopyInput(const PrepareContext& ctx, size_t input) {
  const TensorDesc& in = ctx.in(input);
  KernelText kernel;
  kernel.InAs("x", UnitOf(in.type), input).OutAs("y", UnitOf(in.type), 0);
  const int64_t count = Product(in.dims);
  return MakeElementLoop(FactsOf(ctx), kernel, {{count}}, {},
                         "    if (x != y) y[i] = x[i];");
}

std::string IndexText(std::string_view name, std::string_view value,
                      int64_t limit) {
  return StrCat("    long ", name, " = ", value, ";\n    if (", name, " < 0) ",
                name, " += ", limit, ";\n    if (", name, " < 0 || ", name,
                " >= ", limit, ") {\n      failure[0] = 1;\n",
                "      continue;\n    }\n");
}

}  // namespace onnxifi::opencl
