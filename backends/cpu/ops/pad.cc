#include <algorithm>

#include "backends/common/ops/op_util.h"
#include "backends/cpu/kernels/axis_gather.h"
#include "backends/cpu/kernels/float_stage.h"
#include "backends/cpu/kernels/number_bytes.h"
#include "backends/cpu/kernels/packed_bits.h"
#include "backends/cpu/kernels/type_dispatch.h"
#include "base/checked.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

using graph::DataType;
using graph::Shape;

enum class Mode : uint8_t { kConstant, kEdge, kReflect, kWrap };

struct State {
  Mode mode = Mode::kConstant;
  Shape in_dims;
  Shape out_dims;
  Shape begins;  // elements added in front of each axis; negative crops
  NumberBytes fill = {};
  DataType type = DataType::kFloat;
  bool read_fill = false;  // input 2 has the fill value
};

bool ParseMode(const NodeView& n, Mode* mode) {
  const std::string_view text = n.attrs().String("mode", "constant");
  if (text == "constant")
    *mode = Mode::kConstant;
  else if (text == "edge")
    *mode = Mode::kEdge;
  else if (text == "reflect")
    *mode = Mode::kReflect;
  else if (text == "wrap")
    *mode = Mode::kWrap;
  else
    return false;
  return true;
}

Reject Supports(const NodeView& n) {
  Mode mode;
  if (!ParseMode(n, &mode)) {
    return {RejectReason::kAttribute, "mode"};
  }
  if (Reject r = RequireMovableOrPacked(n, {0}); !r.supported()) return r;
  if (n.opset() < 11) {
    return RequireType(
        n, 0, {DataType::kFloat, DataType::kFloat16, DataType::kDouble});
  }
  if (Reject r = RequireKnown(n, 1); !r.supported()) return r;
  return RequireKnown(n, 3);
}

// The input index that position `i` (may be outside [0, size)) takes in a
// padded axis, -1 for the fill value.
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

// Spreads pads (begins of the axes, then their ends) over all axes. False
// when the lists do not fit the rank or a result would be negative.
bool Spread(std::span<const int64_t> pads, std::span<const int64_t> axes,
            bool all_axes, std::span<const int64_t> in_dims, int64_t* begins,
            int64_t* out_dims) {
  const int64_t rank = static_cast<int64_t>(in_dims.size());
  const size_t count = all_axes ? in_dims.size() : axes.size();
  if (pads.size() != 2 * count) return false;
  std::fill_n(begins, in_dims.size(), 0);
  std::copy(in_dims.begin(), in_dims.end(), out_dims);
  for (size_t k = 0; k < count; ++k) {
    int64_t axis = all_axes ? static_cast<int64_t>(k) : axes[k];
    if (axis < -rank || axis >= rank) return false;
    if (axis < 0) axis += rank;
    int64_t size = 0;
    if (!CheckedAdd(in_dims[static_cast<size_t>(axis)], pads[k], &size) ||
        !CheckedAdd(size, pads[count + k], &size) || size < 0) {
      return false;
    }
    begins[axis] = pads[k];
    out_dims[axis] = size;
  }
  return true;
}

struct Buffers {
  int64_t* tables;
  uint8_t* in;  // of packed types
  uint8_t* out;
};

Buffers TakeBuffers(const State& s, ScratchCursor* cursor) {
  Buffers b;
  b.tables = cursor->Take<int64_t>(AxisTableSize(s.out_dims));
  b.in = cursor->Take<uint8_t>(SpreadBytes(s.type, Product(s.in_dims)));
  b.out = cursor->Take<uint8_t>(SpreadBytes(s.type, Product(s.out_dims)));
  return b;
}

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  ScratchCursor cursor(args.scratch);
  const Buffers b = TakeBuffers(s, &cursor);
  int64_t* next = b.tables;
  for (size_t a = 0; a < s.out_dims.size(); ++a) {
    for (int64_t i = 0; i < s.out_dims[a]; ++i) {
      *next++ = SourceIndex(s.mode, i - s.begins[a], s.in_dims[a]);
    }
  }
  uint8_t packed_fill = 0;
  const void* fill = s.fill.data();
  if (s.read_fill) {
    fill = SpreadBits(s.type, args.in[2], 1, &packed_fill, args.pool);
  }
  const int64_t count = Product(s.in_dims);
  RunAxisGather({s.in_dims, s.out_dims, b.tables, fill, MovedBytes(s.type)},
                SpreadBits(s.type, args.in[0], count, b.in, args.pool),
                SpreadTarget(s.type, args.out[0], b.out), args.pool);
  JoinBits(s.type, b.out, args.out[0], Product(s.out_dims), args.pool);
  return ONNXIFI_STATUS_SUCCESS;
}

// The value of opset 1 and 2's attribute, in the input's type.
void FillFromAttribute(const PrepareContext& ctx, State* state) {
  MakeNumber(ctx.in(0).type, ctx.attrs().Float("value", 0.0F), &state->fill);
}

Status ReadPads(const PrepareContext& ctx, State* state) {
  std::vector<int64_t> pads;
  std::vector<int64_t> axes;
  if (ctx.opset() < 11) {
    const auto given = ctx.attrs().Ints(ctx.opset() < 2 ? "paddings" : "pads");
    pads.assign(given.begin(), given.end());
    FillFromAttribute(ctx, state);
  } else {
    state->read_fill = ctx.HasInput(2);
    if (state->read_fill &&
        (Product(ctx.in(2).dims) != 1 || ctx.in(2).type != ctx.in(0).type)) {
      return ShapeError(
          ctx, "the fill value must be one element of the input's type");
    }
    ONNXIFI_ASSIGN_OR_RETURN(pads, ctx.ConstantInts(1));
    if (ctx.HasInput(3)) {
      ONNXIFI_ASSIGN_OR_RETURN(axes, ctx.ConstantInts(3));
    }
  }
  const size_t rank = state->in_dims.size();
  state->begins.assign(rank, 0);
  state->out_dims.assign(rank, 0);
  if (!Spread(pads, axes, !ctx.HasInput(3), state->in_dims,
              state->begins.data(), state->out_dims.data())) {
    return ShapeError(ctx,
                      StrCat("pads ", ShapeText(pads), " do not fit input ",
                             ShapeText(state->in_dims)));
  }
  return Status::Ok();
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc& in = ctx.in(0);
  State state;
  state.in_dims = in.dims;
  state.type = in.type;
  if (!ParseMode(ctx, &state.mode)) {
    return NodeError(ctx, ONNXIFI_STATUS_UNSUPPORTED_ATTRIBUTE,
                     "attribute 'mode' is not known");
  }
  ONNXIFI_RETURN_IF_ERROR(ReadPads(ctx, &state));
  for (size_t a = 0; a < in.dims.size(); ++a) {
    if (state.mode != Mode::kConstant && in.dims[a] == 0 &&
        state.out_dims[a] > 0) {
      return ShapeError(ctx, StrCat("axis ", a,
                                    " is empty: only mode "
                                    "'constant' can pad it"));
    }
  }
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {in.type, state.out_dims}));
  ScratchCursor cursor(nullptr);
  TakeBuffers(state, &cursor);
  ctx.BookScratch(cursor.bytes());
  ctx.SetStepState(&Run, std::move(state));
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(pad,
                   {.op = "Pad", .supports = &Supports, .prepare = &Prepare});

}  // namespace onnxifi::cpu
