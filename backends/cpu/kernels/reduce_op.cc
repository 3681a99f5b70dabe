#include "backends/cpu/kernels/reduce_op.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "backends/cpu/kernels/elementwise_util.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {

namespace {

onnxStatus Run(const void* state, const RunArgs& args) {
  static_cast<const ReducePlan*>(state)->Run(*args.pool, args.in[0],
                                             args.out[0], args.scratch);
  return ONNXIFI_STATUS_SUCCESS;
}

// Bool is reduced as bytes, False < True.
DataType KernelType(ReduceOp op, DataType type) {
  if (IsHalf(type)) return DataType::kFloat;
  const bool picks = op == ReduceOp::kMax || op == ReduceOp::kMin;
  return type == DataType::kBool && picks ? DataType::kUint8 : type;
}

// Bit d: dimension d is reduced.
Result<uint64_t> ReducedDims(PrepareContext& ctx, int axes_input) {
  const size_t rank = ctx.in(0).dims.size();
  std::vector<int64_t> axes;
  if (ctx.opset() < axes_input) {
    const auto attribute = ctx.attrs().Ints("axes");
    axes.assign(attribute.begin(), attribute.end());
  } else if (ctx.HasInput(1)) {
    ONNXIFI_ASSIGN_OR_RETURN(axes, ctx.ConstantInts(1));
  }
  const uint64_t all = rank == 64 ? ~uint64_t{0} : (uint64_t{1} << rank) - 1;
  if (axes.empty()) {
    return ctx.attrs().Int("noop_with_empty_axes", 0) == 0 ? all : uint64_t{0};
  }
  uint64_t reduced = 0;
  for (const int64_t axis : axes) {
    ONNXIFI_ASSIGN_OR_RETURN(const size_t d, NormalizeAxis(ctx, axis, rank));
    reduced |= uint64_t{1} << d;
  }
  return reduced;
}

// A blocked tensor can be reduced in place of its plain form when only
// spatial dimensions go and padding channels stay zero.
bool CanStayBlocked(const TensorDesc& in, uint64_t reduced, bool keep,
                    ReduceOp op, ReduceEnd end) {
  if (in.layout == Layout::kPlain || (reduced & 3) != 0) return false;
  // A rank that changes leaves no channels to block: then the blocks must lie
  // in a row, as plain elements do.
  const uint64_t spatial = (uint64_t{1} << in.dims.size()) - 4;
  if (!keep && (HasPadding(in) || reduced != spatial)) return false;
  const bool keeps_zero = op != ReduceOp::kSumExp && op != ReduceOp::kProd &&
                          end != ReduceEnd::kLog && Product(in.dims) > 0;
  return keeps_zero || !HasPadding(in);
}

}  // namespace

Reject SupportsReduce(const NodeView& node, ReduceOp op, ReduceEnd end,
                      int axes_input) {
  const DataType type = node.input_type(0);
  const bool logarithm = end == ReduceEnd::kLog || end == ReduceEnd::kLogSumExp;
  if (FindReduce(op, KernelType(op, type)).row == nullptr ||
      (logarithm && !IsFloating(type))) {
    return RejectInputType(node, 0);
  }
  return node.opset() < axes_input ? Reject() : RequireKnown(node, 1);
}

Status PrepareReduce(PrepareContext& ctx, ReduceOp op, ReduceEnd end,
                     int axes_input) {
  ONNXIFI_ASSIGN_OR_RETURN(const uint64_t reduced,
                           ReducedDims(ctx, axes_input));
  const bool keep = ctx.attrs().Int("keepdims", 1) != 0;
  if (!CanStayBlocked(ctx.in(0), reduced, keep, op, end)) {
    ONNXIFI_RETURN_IF_ERROR(ctx.RequireLayout(0, Layout::kPlain));
  }
  const TensorDesc in = ctx.in(0);
  TensorDesc out{in.type, {}, in.layout};
  for (size_t d = 0; d < in.dims.size(); ++d) {
    if ((reduced >> d & 1) == 0) {
      out.dims.push_back(in.dims[d]);
    } else if (keep) {
      out.dims.push_back(1);
    }
  }
  if (!keep) out.layout = Layout::kPlain;
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, std::move(out)));
  const DataType type = IsHalf(in.type) ? in.type : KernelType(op, in.type);
  ReducePlan plan(type, PhysicalDims(in), reduced, op, end);
  ctx.BookScratch(ReducePlan::ScratchBytes(PhysicalCount(in)));
  ctx.SetStepState(&Run, std::move(plan));
  return Status::Ok();
}

}  // namespace onnxifi::cpu
