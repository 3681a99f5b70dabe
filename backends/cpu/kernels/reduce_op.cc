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

// Which dimensions are reduced.
Result<std::vector<bool>> ReducedDims(PrepareContext& ctx, int axes_input) {
  const size_t rank = ctx.in(0).dims.size();
  std::vector<int64_t> axes;
  if (ctx.opset() < axes_input) {
    const auto attribute = ctx.attrs().Ints("axes");
    axes.assign(attribute.begin(), attribute.end());
  } else if (ctx.HasInput(1)) {
    ONNXIFI_ASSIGN_OR_RETURN(axes, ctx.ConstantInts(1));
  }
  if (axes.empty()) {
    const bool all = ctx.attrs().Int("noop_with_empty_axes", 0) == 0;
    return std::vector<bool>(rank, all);
  }
  std::vector<bool> reduced(rank, false);
  for (const int64_t axis : axes) {
    ONNXIFI_ASSIGN_OR_RETURN(const size_t d, NormalizeAxis(ctx, axis, rank));
    reduced[d] = true;
  }
  return reduced;
}

// A blocked tensor can be reduced in place of its plain form when only
// spatial dimensions go and padding channels stay zero.
bool CanStayBlocked(const TensorDesc& in, const std::vector<bool>& reduced,
                    ReduceOp op, ReduceEnd end) {
  if (in.layout == Layout::kPlain || reduced[0] || reduced[1]) return false;
  const bool keeps_zero =
      op != ReduceOp::kSumExp && end != ReduceEnd::kLog && Product(in.dims) > 0;
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
  if (node.opset() >= axes_input && node.HasInput(1) &&
      !IsShapeComputed(node, 1)) {
    return {RejectReason::kDynamicShape, "axes are only known at run time"};
  }
  return {};
}

Status PrepareReduce(PrepareContext& ctx, ReduceOp op, ReduceEnd end,
                     int axes_input) {
  ONNXIFI_ASSIGN_OR_RETURN(std::vector<bool> reduced,
                           ReducedDims(ctx, axes_input));
  const bool keep = ctx.attrs().Int("keepdims", 1) != 0;
  const bool blocked = CanStayBlocked(ctx.in(0), reduced, op, end);
  const bool fits =
      keep || (!HasPadding(ctx.in(0)) &&
               std::count(reduced.begin(), reduced.end(), false) == 2);
  if (!blocked || !fits) {
    ONNXIFI_RETURN_IF_ERROR(ctx.RequireLayout(0, Layout::kPlain));
  }
  const TensorDesc in = ctx.in(0);
  TensorDesc out{in.type, {}, in.layout};
  for (size_t d = 0; d < in.dims.size(); ++d) {
    if (!reduced[d]) {
      out.dims.push_back(in.dims[d]);
    } else if (keep) {
      out.dims.push_back(1);
    }
  }
  if (in.layout != Layout::kPlain) {
    reduced.push_back(false);  // the block of channels
    // Without padding, blocks of channels in a row are plain.
    if (!keep) out.layout = Layout::kPlain;
  }
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, std::move(out)));
  const DataType type = IsHalf(in.type) ? in.type : KernelType(op, in.type);
  ReducePlan plan(type, PhysicalDims(in), reduced, op, end);
  ctx.BookScratch(plan.scratch_bytes());
  ctx.SetStepState(&Run, std::move(plan));
  return Status::Ok();
}

}  // namespace onnxifi::cpu
