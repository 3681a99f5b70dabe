#include <utility>

#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/element_loop.h"
#include "backends/opencl/kernels/move.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

Reject Supports(const NodeView& node) {
  if (Reject r = RequireMovable(node, {0}); !r.supported()) return r;
  return RequireType(node, 1, {DataType::kInt32, DataType::kInt64});
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc in = ctx.in(0);
  const TensorDesc indices = ctx.in(1);
  ONNXIFI_ASSIGN_OR_RETURN(
      const size_t axis,
      NormalizeAxis(ctx, ctx.attrs().Int("axis", 0), in.dims.size()));
  const std::span<const int64_t> all(in.dims);
  const auto before = all.first(axis);
  const auto after = all.subspan(axis + 1);
  Shape dims(before.begin(), before.end());
  dims.insert(dims.end(), indices.dims.begin(), indices.dims.end());
  dims.insert(dims.end(), after.begin(), after.end());
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {in.type, std::move(dims)}));
  KernelText kernel;
  kernel.InAs("x", UnitOf(in.type), 0).In("index", indices.type, 1);
  kernel.OutAs("y", UnitOf(in.type), 0).Failure();
  const int64_t block = Product(after);
  const std::string head = StrCat(IndexText("k", "index[c1]", in.dims[axis]),
                                  "    const long from = ((long)c0 * ",
                                  in.dims[axis], " + k) * ", block, ";\n");
  const int64_t rows[] = {Product(before), Product(indices.dims)};
  SetLaunches(ctx, {MakeRowLoop(FactsOf(ctx), kernel, rows, block, head,
                                "    y[i] = x[from + j];")});
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(gather, {.op = "Gather",
                            .supports = &Supports,
                            .prepare = &Prepare});

}  // namespace onnxifi::opencl
