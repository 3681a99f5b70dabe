#include <array>
#include <vector>

#include "backends/common/gradient/emitter.h"
#include "backends/common/ops/op_util.h"
#include "backends/cpu/kernels/axis_gather.h"
#include "base/checked.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

using graph::Shape;

struct State {
  Shape in_dims;
  Shape out_dims;
  std::vector<int64_t> tables;
  std::array<unsigned char, 16> zero = {};
  int64_t element_bytes = 4;
};

// out[i] = in[i + offset] in the shape of input 1; 0 outside of the input.
Reject Supports(const NodeView& node) { return RequireMovable(node, {0}); }

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  RunAxisGather(
      {s.in_dims, s.out_dims, s.tables.data(), s.zero.data(), s.element_bytes},
      args.in[0], args.out[0], args.pool);
  return ONNXIFI_STATUS_SUCCESS;
}

Status Prepare(PrepareContext& ctx) {
  State state;
  state.in_dims = ctx.in(0).dims;
  state.out_dims = ctx.in(1).dims;
  state.element_bytes = ElementBytes(ctx.in(0).type);
  ctx.ReleaseInput(1);
  const auto offsets = ctx.attrs().Ints("offsets");
  if (state.in_dims.size() != state.out_dims.size() ||
      offsets.size() != state.in_dims.size()) {
    return ShapeError(ctx, StrCat("input ", ShapeText(state.in_dims), ", ",
                                  offsets.size(), " offsets and shape ",
                                  ShapeText(state.out_dims), " do not fit"));
  }
  bool moves = false;
  for (size_t d = 0; d < offsets.size(); ++d) {
    moves = moves || offsets[d] != 0;
    for (int64_t i = 0; i < state.out_dims[d]; ++i) {
      int64_t from = 0;
      const bool inside = CheckedAdd(i, offsets[d], &from) && from >= 0 &&
                          from < state.in_dims[d];
      state.tables.push_back(inside ? from : -1);
    }
  }
  if (!moves && state.in_dims == state.out_dims) {
    return ctx.AliasOutput(0, 0, state.out_dims);
  }
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {ctx.in(0).type, state.out_dims}));
  ctx.SetStepState(&Run, std::move(state));
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(crop_to, {.domain = gradient::kDomain,
                             .op = "CropTo",
                             .supports = &Supports,
                             .prepare = &Prepare});

}  // namespace onnxifi::cpu
