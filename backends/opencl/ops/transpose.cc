#include <array>
#include <numeric>
#include <utility>

#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/move.h"

namespace onnxifi::opencl {
namespace {

Reject Supports(const NodeView& node) { return RequireMovable(node, {0}); }

// The permutation, or an error when the attribute is not one.
Result<std::vector<size_t>> Permutation(const PrepareContext& ctx,
                                        size_t rank) {
  const auto given = ctx.attrs().Ints("perm");
  std::vector<size_t> perm(rank);
  if (given.empty()) {
    std::iota(perm.rbegin(), perm.rend(), size_t{0});
    return perm;
  }
  std::array<bool, graph::kMaxRank> seen = {};
  bool ok = given.size() == rank;
  for (size_t i = 0; ok && i < rank; ++i) {
    ONNXIFI_ASSIGN_OR_RETURN(perm[i], NormalizeAxis(ctx, given[i], rank));
    ok = !seen[perm[i]];
    seen[perm[i]] = true;
  }
  if (!ok) {
    return NodeError(ctx, ONNXIFI_STATUS_INVALID_MODEL,
                     "attribute 'perm' is not a permutation of the axes");
  }
  return perm;
}

Status Prepare(PrepareContext& ctx) {
  const Shape in = ctx.in(0).dims;
  ONNXIFI_ASSIGN_OR_RETURN(const std::vector<size_t> perm,
                           Permutation(ctx, in.size()));
  const Shape strides = RowMajorStrides(in);
  StridedView view;
  // Nothing moves when the dimensions larger than 1 keep their order.
  bool moves = false;
  size_t last = 0;
  for (const size_t axis : perm) {
    view.Add(in[axis], strides[axis]);
    if (in[axis] == 1) continue;
    moves = moves || axis < last;
    last = axis;
  }
  if (!moves) return ctx.AliasOutput(0, 0, view.dims);
  return PrepareView(ctx, view.dims, view);
}

}  // namespace

ONNXIFI_DEFINE_OPS(transpose, {.op = "Transpose",
                               .supports = &Supports,
                               .prepare = &Prepare});

}  // namespace onnxifi::opencl
