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

// Axes that only the run knows; the model declares the output's shape.
struct DynamicState {
  DataType type = DataType::kUndefined;
  DataType axes_type = DataType::kInt64;
  Shape in;
  Shape out;
  int64_t axes = 0;
  ReduceOp op = ReduceOp::kSum;
  ReduceEnd end = ReduceEnd::kNone;
  bool keep = true;
  bool empty_means_all = true;
};

// True when reducing `mask` out of `in` gives `out`.
bool Matches(const DynamicState& s, uint64_t mask) {
  size_t d = 0;
  for (size_t i = 0; i < s.in.size(); ++i) {
    const bool goes = (mask >> i & 1) != 0;
    if (goes && !s.keep) continue;
    if (d == s.out.size() || s.out[d] != (goes ? 1 : s.in[i])) return false;
    ++d;
  }
  return d == s.out.size();
}

onnxStatus RunDynamic(const void* state, const RunArgs& args) {
  const DynamicState& s = *static_cast<const DynamicState*>(state);
  const int64_t rank = static_cast<int64_t>(s.in.size());
  uint64_t mask = s.axes == 0 && s.empty_means_all ? ~uint64_t{0} : 0;
  for (int64_t i = 0; i < s.axes; ++i) {
    int64_t axis = LoadInt(args.in[1], s.axes_type, i);
    if (axis < -rank || axis >= rank) return ONNXIFI_STATUS_INTERNAL_ERROR;
    if (axis < 0) axis += rank;
    mask |= uint64_t{1} << axis;
  }
  if (!Matches(s, mask)) return ONNXIFI_STATUS_INTERNAL_ERROR;
  ReducePlan(s.type, s.in, mask, s.op, s.end)
      .Run(*args.pool, args.in[0], args.out[0], args.scratch);
  return ONNXIFI_STATUS_SUCCESS;
}

// Bool is reduced as bytes, False < True.
DataType KernelType(ReduceOp op, DataType type) {
  if (IsHalf(type)) return DataType::kFloat;
  const bool picks = op == ReduceOp::kMax || op == ReduceOp::kMin;
  return type == DataType::kBool && picks ? DataType::kUint8 : type;
}

bool IsKnown(const PrepareContext& ctx, int axes_input) {
  return ctx.opset() < axes_input || !ctx.HasInput(1) ||
         ctx.ConstantIn(1) != nullptr;
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

Status PrepareDynamic(PrepareContext& ctx, ReduceOp op, ReduceEnd end) {
  ONNXIFI_RETURN_IF_ERROR(ctx.RequireLayout(0, Layout::kPlain));
  ONNXIFI_RETURN_IF_ERROR(ctx.RequireLayout(1, Layout::kPlain));
  const TensorDesc in = ctx.in(0);
  DynamicState state;
  ONNXIFI_ASSIGN_OR_RETURN(state.out, DeclaredOutput(ctx, 0));
  state.type = IsHalf(in.type) ? in.type : KernelType(op, in.type);
  state.axes_type = ctx.in(1).type;
  state.in = in.dims;
  state.axes = Product(ctx.in(1).dims);
  state.op = op;
  state.end = end;
  state.keep = ctx.attrs().Int("keepdims", 1) != 0;
  state.empty_means_all = ctx.attrs().Int("noop_with_empty_axes", 0) == 0;
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {in.type, state.out}));
  ctx.BookScratch(ReducePlan::ScratchBytes(Product(in.dims)));
  ctx.SetStepState(&RunDynamic, std::move(state));
  return Status::Ok();
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
  return node.opset() < axes_input ? Reject() : RequireKnownOrDeclared(node, 1);
}

Status PrepareReduce(PrepareContext& ctx, ReduceOp op, ReduceEnd end,
                     int axes_input) {
  if (!IsKnown(ctx, axes_input)) return PrepareDynamic(ctx, op, end);
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
