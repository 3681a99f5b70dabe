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
  int64_t in_row = 0;         // bytes of one row of the input
  std::vector<int64_t> rows;  // bytes of one row of each output
};

Reject Supports(const NodeView& n) {
  if (Reject r = RequireMovable(n, {0}); !r.supported()) return r;
  return RequireKnown(n, 1);
}

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  const char* in = static_cast<const char*>(args.in[0]);
  for (size_t i = 0; i < s.rows.size(); ++i) {
    if (args.out[i] != nullptr) {
      ParallelCopyRows(in, s.in_row, args.out[i], s.rows[i], s.outer, s.rows[i],
                       args.pool);
    }
    in += s.rows[i];
  }
  return ONNXIFI_STATUS_SUCCESS;
}

// Sizes along the axis, one per output: given, or equal parts (the last one
// smaller when they do not come out even).
Result<std::vector<int64_t>> Sizes(const PrepareContext& ctx, size_t axis) {
  const int64_t total = ctx.in(0).dims[axis];
  const size_t parts = ctx.output_count();
  std::vector<int64_t> sizes;
  if (ctx.HasInput(1)) {
    ONNXIFI_ASSIGN_OR_RETURN(sizes, ctx.ConstantInts(1));
  } else if (const auto given = ctx.attrs().Ints("split"); !given.empty()) {
    sizes.assign(given.begin(), given.end());
  } else {
    const int64_t count = static_cast<int64_t>(parts);
    const int64_t size = CeilDiv(total, count);
    if (ctx.opset() < 18 && size * count != total) {
      return ShapeError(
          ctx, StrCat("dimension ", axis, " (", total, ") does not split into ",
                      count, " equal parts"));
    }
    for (int64_t i = 0; i < count; ++i) {
      sizes.push_back(std::clamp<int64_t>(total - i * size, 0, size));
    }
  }
  int64_t sum = 0;
  bool ok = sizes.size() == parts;
  for (const int64_t size : sizes) ok = ok && size >= 0 && size <= total;
  for (size_t i = 0; ok && i < parts; ++i) sum += sizes[i];
  if (!ok || sum != total) {
    return ShapeError(ctx, StrCat("the parts do not add up to dimension ", axis,
                                  " (", total, ")"));
  }
  return sizes;
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc& in = ctx.in(0);
  ONNXIFI_ASSIGN_OR_RETURN(
      const size_t axis,
      NormalizeAxis(ctx, ctx.attrs().Int("axis", 0), in.dims.size()));
  ONNXIFI_ASSIGN_OR_RETURN(const std::vector<int64_t> sizes, Sizes(ctx, axis));
  const int64_t element = ElementBytes(in.type);
  const std::span<const int64_t> all(in.dims);
  const int64_t inner = Product(all.subspan(axis + 1)) * element;
  State state;
  state.outer = Product(all.first(axis));
  state.in_row = in.dims[axis] * inner;
  for (size_t o = 0; o < sizes.size(); ++o) {
    state.rows.push_back(sizes[o] * inner);
    if (!ctx.HasOutput(o)) continue;
    Shape dims = in.dims;
    dims[axis] = sizes[o];
    if (sizes.size() == 1) return ctx.AliasOutput(0, 0, std::move(dims));
    ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(o, {in.type, std::move(dims)}));
  }
  ctx.SetStepState(&Run, std::move(state));
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(split,
                   {.op = "Split", .supports = &Supports, .prepare = &Prepare});

}  // namespace onnxifi::cpu
