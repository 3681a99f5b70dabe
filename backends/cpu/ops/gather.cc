#include <atomic>

#include "backends/common/ops/op_util.h"
#include "backends/cpu/kernels/block_copy.h"
#include "base/checked.h"

namespace onnxifi::cpu {
namespace {

using graph::DataType;
using graph::Shape;

struct State {
  int64_t outer = 1;
  int64_t dim = 1;      // size of the gathered axis
  int64_t indices = 1;  // elements of the index tensor
  int64_t block = 1;    // bytes that one index moves
  DataType index_type = DataType::kInt64;
};

Reject Supports(const NodeView& n) {
  if (Reject r = RequireMovable(n, {0}); !r.supported()) return r;
  return RequireType(n, 1, {DataType::kInt32, DataType::kInt64});
}

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  const char* in = static_cast<const char*>(args.in[0]);
  char* out = static_cast<char*>(args.out[0]);
  std::atomic<bool> bad = false;
  const int64_t grain = CeilDiv<int64_t>(1 << 16, s.block + 8);
  args.pool->ParallelRange(
      s.outer * s.indices, grain, [&](int64_t begin, int64_t end) {
        for (int64_t row = begin; row < end; ++row) {
          const int64_t o = row / s.indices;
          int64_t index = LoadInt(args.in[1], s.index_type, row % s.indices);
          if (index < 0) index += s.dim;
          if (index < 0 || index >= s.dim) {
            bad = true;
            return;
          }
          CopyBlock(in + (o * s.dim + index) * s.block, out + row * s.block,
                    s.block);
        }
      });
  return bad ? ONNXIFI_STATUS_INTERNAL_ERROR : ONNXIFI_STATUS_SUCCESS;
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc& in = ctx.in(0);
  const TensorDesc& indices = ctx.in(1);
  ONNXIFI_ASSIGN_OR_RETURN(
      const size_t axis,
      NormalizeAxis(ctx, ctx.attrs().Int("axis", 0), in.dims.size()));
  const std::span<const int64_t> all(in.dims);
  State state;
  state.outer = Product(all.first(axis));
  state.dim = in.dims[axis];
  state.indices = Product(indices.dims);
  state.block = Product(all.subspan(axis + 1)) * ElementBytes(in.type);
  state.index_type = indices.type;
  Shape dims(in.dims.begin(), in.dims.begin() + static_cast<int64_t>(axis));
  dims.insert(dims.end(), indices.dims.begin(), indices.dims.end());
  dims.insert(dims.end(), in.dims.begin() + static_cast<int64_t>(axis) + 1,
              in.dims.end());
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {in.type, std::move(dims)}));
  ctx.SetStepState(&Run, state);
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(gather, {.op = "Gather",
                            .supports = &Supports,
                            .prepare = &Prepare});

}  // namespace onnxifi::cpu
