#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/element_loop.h"
#include "backends/opencl/kernels/move.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

bool IsTimeFirst(const NodeView& node) {
  return node.attrs().Int("time_axis", 0) == 0;
}

Reject Supports(const NodeView& node) {
  const int64_t time = node.attrs().Int("time_axis", 0);
  const int64_t batch = node.attrs().Int("batch_axis", 1);
  if ((time != 0 || batch != 1) && (time != 1 || batch != 0)) {
    return {RejectReason::kAttribute, "time_axis and batch_axis"};
  }
  if (Reject r = RequireMovable(node, {0}); !r.supported()) return r;
  return RequireType(node, 1, {DataType::kInt64});
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc in = ctx.in(0);
  if (in.dims.size() < 2) {
    return ShapeError(ctx, StrCat("input ", ShapeText(in.dims),
                                  " has no time and batch axes"));
  }
  const size_t time_axis = IsTimeFirst(ctx) ? 0 : 1;
  if (Product(ctx.in(1).dims) != in.dims[1 - time_axis]) {
    return ShapeError(ctx, "sequence_lens needs one length per batch");
  }
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, in));
  const int64_t time = in.dims[time_axis];
  const int64_t block = Product(std::span<const int64_t>(in.dims).subspan(2));
  KernelText kernel;
  kernel.InAs("x", UnitOf(in.type), 0).In("lengths", DataType::kInt64, 1);
  kernel.OutAs("y", UnitOf(in.type), 0).Failure();
  const std::string now = StrCat("c", time_axis);
  const std::string head =
      StrCat("    const long length = lengths[c", 1 - time_axis,
             "];\n    if (length < 0 || length > ", time,
             ") {\n      failure[0] = 1;\n      continue;\n    }\n",
             "    const long then = ", now, " < length ? length - 1 - ", now,
             " : ", now, ";\n    const long from = (",
             IsTimeFirst(ctx) ? StrCat("then * ", in.dims[1], " + c1")
                              : StrCat("(long)c0 * ", time, " + then"),
             ") * ", block, ";\n");
  SetLaunches(
      ctx, {MakeRowLoop(FactsOf(ctx), kernel, {{in.dims[0], in.dims[1]}}, block,
                        head, "    y[i] = x[from + j];")});
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(reverse_sequence, {.op = "ReverseSequence",
                                      .supports = &Supports,
                                      .prepare = &Prepare});

}  // namespace onnxifi::opencl
