#include <algorithm>
#include <utility>

#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/axis_gather.h"
#include "base/checked.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

enum class Mode : uint8_t { kConstant, kEdge, kReflect, kWrap };

bool ParseMode(const NodeView& node, Mode* mode) {
  constexpr std::string_view kNames[] = {"constant", "edge", "reflect", "wrap"};
  const auto found =
      std::ranges::find(kNames, node.attrs().String("mode", "constant"));
  *mode = static_cast<Mode>(found - std::begin(kNames));
  return found != std::end(kNames);
}

Reject Supports(const NodeView& node) {
  Mode mode;
  if (!ParseMode(node, &mode)) return {RejectReason::kAttribute, "mode"};
  if (Reject r = RequireMovable(node, {0}); !r.supported()) return r;
  if (node.opset() < 11) {
    return RequireType(
        node, 0, {DataType::kFloat, DataType::kFloat16, DataType::kDouble});
  }
  if (Reject r = RequireKnown(node, 1); !r.supported()) return r;
  return RequireKnown(node, 3);
}

// The entry that position `i` (maybe outside [0, size)) of a padded axis takes,
// -1 for the fill value.
int64_t SourceIndex(Mode mode, int64_t i, int64_t size) {
  if (i >= 0 && i < size) return i;
  if (mode == Mode::kConstant || size == 0) return -1;
  if (mode == Mode::kEdge) return i < 0 ? 0 : size - 1;
  const int64_t period = mode == Mode::kWrap ? size : 2 * (size - 1);
  if (period == 0) return 0;
  i %= period;
  if (i < 0) i += period;
  return i < size ? i : period - i;
}

struct Pads {
  std::vector<int64_t> both;  // begins of the axes, then their ends
  std::vector<int64_t> axes;
};

Result<Pads> ReadPads(const PrepareContext& ctx) {
  Pads pads;
  if (ctx.opset() < 11) {
    const auto given = ctx.attrs().Ints(ctx.opset() < 2 ? "paddings" : "pads");
    pads.both.assign(given.begin(), given.end());
  } else {
    ONNXIFI_ASSIGN_OR_RETURN(pads.both, ctx.ConstantInts(1));
  }
  if (ctx.HasInput(3)) {
    ONNXIFI_ASSIGN_OR_RETURN(pads.axes, ctx.ConstantInts(3));
  } else {
    for (size_t a = 0; a < ctx.in(0).dims.size(); ++a) {
      pads.axes.push_back(static_cast<int64_t>(a));
    }
  }
  if (pads.both.size() != 2 * pads.axes.size()) {
    return ShapeError(
        ctx, StrCat("pads ", ShapeText(pads.both), " do not fit the axes"));
  }
  return pads;
}

// The tables of all axes.
Status FillTables(const PrepareContext& ctx, Mode mode, AxisGather* gather) {
  const Shape& in = ctx.in(0).dims;
  ONNXIFI_ASSIGN_OR_RETURN(const Pads pads, ReadPads(ctx));
  Shape begins(in.size(), 0);
  Shape sizes = in;
  for (size_t k = 0; k < pads.axes.size(); ++k) {
    ONNXIFI_ASSIGN_OR_RETURN(const size_t a,
                             NormalizeAxis(ctx, pads.axes[k], in.size()));
    begins[a] = pads.both[k];
    if (!CheckedAdd(in[a], begins[a], &sizes[a]) ||
        !CheckedAdd(sizes[a], pads.both[pads.axes.size() + k], &sizes[a]) ||
        sizes[a] < 0 ||
        (in[a] == 0 && sizes[a] > 0 && mode != Mode::kConstant)) {
      return ShapeError(ctx, StrCat("pads ", ShapeText(pads.both),
                                    " do not fit input ", ShapeText(in)));
    }
  }
  // Before tables of that size are made.
  ONNXIFI_RETURN_IF_ERROR(graph::ByteSize(ctx.in(0).type, sizes).status());
  for (size_t a = 0; a < in.size(); ++a) {
    std::vector<int64_t>& table = gather->tables.emplace_back();
    for (int64_t i = 0; i < sizes[a]; ++i) {
      table.push_back(SourceIndex(mode, i - begins[a], in[a]));
    }
  }
  return Status::Ok();
}

Status Prepare(PrepareContext& ctx) {
  const DataType type = ctx.in(0).type;
  Mode mode;
  if (!ParseMode(ctx, &mode)) {
    return NodeError(ctx, ONNXIFI_STATUS_UNSUPPORTED_ATTRIBUTE,
                     "attribute 'mode' is not known");
  }
  AxisGather gather;
  gather.in = ctx.in(0).dims;
  if (ctx.opset() < 11) {
    gather.fill = MakeHostElement(
        type, static_cast<double>(ctx.attrs().Float("value", 0.0F)));
  } else if (ctx.HasInput(2)) {
    if (Product(ctx.in(2).dims) != 1 || ctx.in(2).type != type) {
      return ShapeError(
          ctx, "the fill value must be one element of the input's type");
    }
    gather.fill_input = 2;
  }
  ONNXIFI_RETURN_IF_ERROR(FillTables(ctx, mode, &gather));
  return PrepareAxisGather(ctx, gather);
}

}  // namespace

ONNXIFI_DEFINE_OPS(pad,
                   {.op = "Pad", .supports = &Supports, .prepare = &Prepare});

}  // namespace onnxifi::opencl
