#include <algorithm>
#include <array>
#include <numeric>

#include "backends/common/ops/op_util.h"
#include "backends/cpu/kernels/packed_bits.h"
#include "backends/cpu/kernels/strided_copy.h"

namespace onnxifi::cpu {
namespace {

using graph::DataType;
using graph::Shape;

Reject Supports(const NodeView& n) { return RequireMovableOrPacked(n, {0}); }

onnxStatus Run(const void* state, const RunArgs& args) {
  static_cast<const StridedCopy*>(state)->Run(args.in[0], args.out[0],
                                              args.pool);
  return ONNXIFI_STATUS_SUCCESS;
}

// Of types whose elements share bytes.
struct PackedState {
  StridedCopy copy{1};
  DataType type = DataType::kInt4;
  int64_t count = 0;
};

onnxStatus RunPacked(const void* state, const RunArgs& args) {
  const PackedState& s = *static_cast<const PackedState*>(state);
  uint8_t* in = static_cast<uint8_t*>(args.scratch);
  uint8_t* out = in + s.count;
  SpreadBits(s.type, args.in[0], s.count, in, args.pool);
  s.copy.Run(in, out, args.pool);
  JoinBits(s.type, out, args.out[0], s.count, args.pool);
  return ONNXIFI_STATUS_SUCCESS;
}

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

// True when the dimensions larger than 1 keep their order.
bool KeepsOrder(const Shape& in, const std::vector<size_t>& perm) {
  size_t last = 0;
  for (const size_t axis : perm) {
    if (in[axis] == 1) continue;
    if (axis < last) return false;
    last = axis;
  }
  return true;
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc& in = ctx.in(0);
  const size_t rank = in.dims.size();
  ONNXIFI_ASSIGN_OR_RETURN(const std::vector<size_t> perm,
                           Permutation(ctx, rank));
  const Shape in_strides = RowMajorStrides(in.dims);
  Shape dims(rank);
  for (size_t i = 0; i < rank; ++i) dims[i] = in.dims[perm[i]];
  if (KeepsOrder(in.dims, perm)) return ctx.AliasOutput(0, 0, dims);
  const Shape out_strides = RowMajorStrides(dims);
  StridedCopy copy(static_cast<size_t>(MovedBytes(in.type)));
  for (size_t i = 0; i < rank; ++i) {
    copy.AddDim(dims[i], in_strides[perm[i]], out_strides[i]);
  }
  copy.Finish();
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {in.type, std::move(dims)}));
  if (IsPacked(in.type)) {
    const int64_t count = Product(in.dims);
    ctx.BookScratch(static_cast<size_t>(2 * count));
    ctx.SetStepState(&RunPacked, PackedState{copy, in.type, count});
  } else {
    ctx.SetStepState(&Run, copy);
  }
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(transpose, {.op = "Transpose",
                               .supports = &Supports,
                               .prepare = &Prepare});

}  // namespace onnxifi::cpu
