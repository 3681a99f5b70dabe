#include "backends/opencl/kernels/reduce.h"

#include <algorithm>
#include <utility>

#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/element_loop.h"
#include "backends/opencl/kernels/vector_text.h"
#include "base/checked.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

using Start = ReduceRule::Start;
using End = ReduceRule::End;

// A piece of a split reduction has at least so many elements.
constexpr int64_t kLeastPiece = 8192;

bool IsFloat(DataType type) { return (TypeBit(type) & kFloatTypes) != 0; }

const char* StartText(Start start, DataType type) {
  switch (start) {
    case Start::kZero:
      return "0";
    case Start::kOne:
      return "1";
    case Start::kLowest:
      return LowestText(type);
    case Start::kHighest:
      return HighestText(type);
  }
  return "0";
}

// What becomes of `sum` over `count` elements.
std::string EndText(End end, DataType type, int64_t count, bool has_double) {
  switch (end) {
    case End::kMean:
      if (IsFloat(type)) return StrCat("sum / (S)", count);
      return count == 0 ? "(R)(0)" : StrCat("sum / (S)", count);
    case End::kSqrt: {
      if (IsFloat(type)) return "sqrt(sum)";
      const char* const wide = has_double ? "double" : "float";
      return StrCat("(S)sqrt(sum > 0 ? (", wide, ")sum : 0)");
    }
    case End::kLog:
      return "log(sum)";
    case End::kLogSumExp:
      return "peak == (R)(INFINITY) ? peak : log(sum) + shift";
    default:
      return "sum";
  }
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

// The steps for one row: `x` to `y`.
std::vector<RowStep> Steps(const ReduceRule& rule, DataType type,
                           const std::string& end) {
  std::vector<RowStep> steps;
  std::string value = rule.value;
  if (rule.end == End::kLogSumExp) {
    // An infinite maximum would make x - max NaN: such sums need no shift.
    steps.push_back(
        FoldStep("peak", "-INFINITY", "x_v", kReduceMaxText, {"x"}));
    steps.push_back(TextStep(
        "const R shift = fabs(peak) == (R)(INFINITY) ? (R)(0) : peak;\n"));
    value = "$exp(x_v - (V)(shift))";
  }
  steps.push_back(
      FoldStep("sum", StartText(rule.start, type), value, rule.combine, {"x"}));
  steps.push_back(StoreStep("y", end));
  return steps;
}

// In how many pieces each row should be cut so that all cores work.
int64_t Pieces(const DeviceFacts& facts, const std::vector<RowDim>& dims) {
  int64_t rows = 1;
  int64_t count = 1;
  for (const RowDim& dim : dims) (dim.reduced ? count : rows) *= dim.size;
  // Rows that lie side by side are done by one item, or one group.
  const int64_t side = facts.is_cpu() ? 16 : 64;
  const bool line = dims.empty() || dims.back().reduced;
  const int64_t units = line ? rows : (rows + side - 1) / side;
  const int64_t wanted = 4 * static_cast<int64_t>(facts.compute_units);
  const int64_t most = line ? count / kLeastPiece : count * side / kLeastPiece;
  return units == 0 ? 1 : std::min(wanted / units, most);
}

// Makes the largest reduced dimension one of pieces and one of the elements of
// a piece, and lets the sums of pieces go to `part`. Returns their number.
int64_t CutRows(int64_t pieces, int64_t rows, RowSpec* spec) {
  size_t split = spec->dims.size();
  for (size_t d = 0; d < spec->dims.size(); ++d) {
    if (!spec->dims[d].reduced) continue;
    const bool first = split == spec->dims.size();
    if (first || spec->dims[d].size > spec->dims[split].size) split = d;
  }
  RowDim& dim = spec->dims[split];
  const int64_t piece = CeilDiv(dim.size, std::min(pieces, dim.size));
  pieces = CeilDiv(dim.size, piece);
  RowOperand& x = spec->operands[0];
  RowOperand& part = spec->operands[1];
  const auto at = static_cast<std::ptrdiff_t>(split);
  x.strides.insert(x.strides.begin() + at, x.strides[split] * piece);
  part.strides.insert(part.strides.begin() + at, rows);
  part.name = "part";
  part.type = spec->compute;
  dim.whole = dim.size;
  dim.size = piece;
  spec->dims.insert(spec->dims.begin() + at, RowDim{pieces, false, 0});
  spec->steps.back() = StoreStep("part", "sum");
  return pieces;
}

// A reduction in two launches: of pieces, to scratch memory, then of those.
std::vector<Launch> SplitReduce(PrepareContext& ctx, RowSpec spec,
                                const ReduceRule& rule, const std::string& end,
                                int64_t pieces) {
  const DataType type = ctx.in(0).type;
  int64_t rows = 1;
  for (const RowDim& each : spec.dims) rows *= each.reduced ? 1 : each.size;
  pieces = CutRows(pieces, rows, &spec);
  ctx.BookScratch(static_cast<size_t>(pieces * rows * 8));
  RowSpec join;
  join.compute = spec.compute;
  join.single = spec.single;
  join.dims = {{pieces, true, 0}, {rows, false, 0}};
  join.operands = {{"x", spec.compute, {rows, 1}, 0}, {"y", type, {0, 1}, 0}};
  ReduceRule sum = rule;
  sum.value = "x_v";
  join.steps = Steps(sum, spec.compute, end);
  const char* const storage = KernelTypeOf(spec.compute).storage;
  KernelText first;
  first.In("x", type, 0).Scratch("part", storage, 0);
  KernelText second;
  second.Scratch("x", storage, 0).Out("y", type, 0);
  return {MakeRowKernel(FactsOf(ctx), first, spec),
          MakeRowKernel(FactsOf(ctx), second, join)};
}

}  // namespace

DataType ComputeType(DataType type) {
  return type == DataType::kFloat16 || type == DataType::kBfloat16
             ? DataType::kFloat
             : type;
}

std::vector<RowDim> RowDims(std::span<const int64_t> dims, uint64_t reduced) {
  std::vector<RowDim> result;
  for (size_t d = 0; d < dims.size(); ++d) {
    result.push_back({dims[d], (reduced >> d & 1) != 0, 0});
  }
  return result;
}

std::vector<int64_t> KeptStrides(std::span<const RowDim> dims) {
  std::vector<int64_t> strides(dims.size(), 0);
  int64_t stride = 1;
  for (size_t d = dims.size(); d-- > 0;) {
    if (dims[d].reduced) continue;
    strides[d] = stride;
    stride *= dims[d].size;
  }
  return strides;
}

Reject SupportsReduce(const NodeView& node, const ReduceRule& rule) {
  if (Reject r = RequireTypes(node, 0, rule.types); !r.supported()) return r;
  return node.opset() < rule.axes_input ? Reject() : RequireKnown(node, 1);
}

Status PrepareReduce(PrepareContext& ctx, const ReduceRule& rule) {
  ONNXIFI_ASSIGN_OR_RETURN(const uint64_t reduced,
                           ReducedDims(ctx, rule.axes_input));
  const TensorDesc in = ctx.in(0);
  const bool keep = ctx.attrs().Int("keepdims", 1) != 0;
  RowSpec spec;
  spec.compute = ComputeType(in.type);
  spec.dims = RowDims(in.dims, reduced);
  Shape out;
  int64_t count = 1;
  for (const RowDim& dim : spec.dims) {
    if (dim.reduced) count *= dim.size;
    if (keep || !dim.reduced) out.push_back(dim.reduced ? 1 : dim.size);
  }
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {in.type, out, Layout::kPlain}));
  if (Product(out) == 0) {
    SetLaunches(ctx, {});
    return Status::Ok();
  }
  const DeviceFacts& facts = FactsOf(ctx);
  const std::string end =
      EndText(rule.end, spec.compute, count, facts.has_double);
  spec.single = rule.end == End::kSqrt && !IsFloat(in.type);
  spec.operands = {{"x", in.type, RowMajorStrides(in.dims), 0},
                   {"y", in.type, KeptStrides(spec.dims), 0}};
  spec.steps = Steps(rule, spec.compute, end);
  const int64_t pieces = Pieces(facts, spec.dims);
  if (pieces > 1 && rule.end != End::kLogSumExp) {
    SetLaunches(ctx, SplitReduce(ctx, std::move(spec), rule, end, pieces));
    return Status::Ok();
  }
  SetRowKernel(ctx, spec);
  return Status::Ok();
}

}  // namespace onnxifi::opencl
