#include <algorithm>

#include "backends/common/ops/op_util.h"
#include "backends/cpu/kernels/block_copy.h"
#include "base/checked.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

using graph::Shape;

struct State {
  int64_t outer = 1;
  int64_t out_row = 0;        // bytes of one row of the output
  std::vector<int64_t> rows;  // bytes of one row of each input
};

Reject Supports(const NodeView& n) { return RequireAllMovable(n); }

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  char* out = static_cast<char*>(args.out[0]);
  for (size_t i = 0; i < s.rows.size(); ++i) {
    if (args.in[i] != out) {
      ParallelCopyRows(args.in[i], s.rows[i], out, s.out_row, s.outer,
                       s.rows[i], args.pool);
    }
    out += s.rows[i];
  }
  return ONNXIFI_STATUS_SUCCESS;
}

// The layout to join the inputs in: that of the first blocked input, when
// blocked inputs hold at least half of the bytes and every input's channels
// fill their blocks (or channels are not what is joined); plain otherwise.
Layout ChooseLayout(const PrepareContext& ctx, size_t axis) {
  Layout layout = Layout::kPlain;
  int64_t blocked = 0;
  int64_t plain = 0;
  for (size_t i = 0; i < ctx.input_count(); ++i) {
    const TensorDesc& in = ctx.in(i);
    if (in.layout == Layout::kPlain) {
      plain += Product(in.dims);
      continue;
    }
    if (layout == Layout::kPlain) layout = in.layout;
    blocked += Product(in.dims);
  }
  if (layout == Layout::kPlain || blocked < plain) return Layout::kPlain;
  if (axis != 1) return layout;
  for (size_t i = 0; i < ctx.input_count(); ++i) {
    if (ctx.in(i).dims[1] % static_cast<int64_t>(layout) != 0) {
      return Layout::kPlain;
    }
  }
  return layout;
}

Result<Shape> OutputDims(const PrepareContext& ctx, size_t axis) {
  Shape dims = ctx.in(0).dims;
  for (size_t i = 1; i < ctx.input_count(); ++i) {
    const Shape& in = ctx.in(i).dims;
    bool fits = in.size() == dims.size() && ctx.in(i).type == ctx.in(0).type;
    for (size_t d = 0; fits && d < in.size(); ++d) {
      fits = d == axis || in[d] == dims[d];
    }
    if (!fits) {
      return ShapeError(
          ctx, StrCat("input ", i, " (", ShapeText(in), ") does not fit ",
                      ShapeText(dims), " along axis ", axis));
    }
    if (!CheckedAdd(dims[axis], in[axis], &dims[axis])) {
      return ShapeError(ctx, "the output is too large");
    }
  }
  return dims;
}

// dims as they lie in memory: [N, C/b, ..., b] for a blocked layout.
Shape PhysicalDims(Shape dims, Layout layout) {
  if (layout == Layout::kPlain) return dims;
  const int64_t block = static_cast<int64_t>(layout);
  dims[1] = CeilDiv(dims[1], block);
  dims.push_back(block);
  return dims;
}

Status Prepare(PrepareContext& ctx) {
  const size_t rank = ctx.in(0).dims.size();
  // Opset 1 has a default axis; later the attribute is required.
  ONNXIFI_ASSIGN_OR_RETURN(
      const size_t axis, NormalizeAxis(ctx, ctx.attrs().Int("axis", 1), rank));
  ONNXIFI_ASSIGN_OR_RETURN(Shape dims, OutputDims(ctx, axis));
  if (ctx.input_count() == 1 && ctx.in(0).layout == Layout::kPlain) {
    return ctx.AliasOutput(0, 0, std::move(dims));
  }
  const Layout layout = ChooseLayout(ctx, axis);
  const graph::DataType type = ctx.in(0).type;
  ONNXIFI_ASSIGN_OR_RETURN([[maybe_unused]] const size_t bytes,
                           DescBytes({type, dims, layout}));
  const int64_t element = ElementBytes(type);
  State state;
  const Shape physical = PhysicalDims(dims, layout);
  const std::span<const int64_t> all(physical);
  state.outer = Product(all.first(axis));
  state.out_row = Product(all.subspan(axis)) * element;
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {type, std::move(dims), layout}));
  int64_t offset = 0;
  for (size_t i = 0; i < ctx.input_count(); ++i) {
    ONNXIFI_RETURN_IF_ERROR(ctx.RequireLayout(i, layout));
    const Shape part = PhysicalDims(ctx.in(i).dims, layout);
    state.rows.push_back(Product(std::span<const int64_t>(part).subspan(axis)) *
                         element);
    if (state.outer == 1) {
      ctx.PlaceInput(i, 0, static_cast<size_t>(offset));
    }
    offset += state.rows.back();
  }
  ctx.SetStepState(&Run, std::move(state));
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(concat, {.op = "Concat",
                            .supports = &Supports,
                            .prepare = &Prepare,
                            .any_layout = true});

}  // namespace onnxifi::cpu
