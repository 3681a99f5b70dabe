#include <algorithm>
#include <atomic>

#include "backends/common/ops/op_util.h"
#include "backends/cpu/kernels/block_copy.h"
#include "backends/cpu/kernels/tuple_index.h"

namespace onnxifi::cpu {
namespace {

using graph::DataType;

struct State {
  TupleIndex index;
  int64_t element_bytes = 1;
};

Reject Supports(const NodeView& n) {
  if (Reject r = RequireMovable(n, {0}); !r.supported()) return r;
  return RequireType(n, 1, {DataType::kInt64});
}

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  const char* in = static_cast<const char*>(args.in[0]);
  char* out = static_cast<char*>(args.out[0]);
  const int64_t block = s.index.slice() * s.element_bytes;
  std::atomic<bool> bad = false;
  const int64_t grain = std::max<int64_t>((1 << 16) / (block + 8), 1);
  args.pool->ParallelRange(
      s.index.tuples(), grain, [&](int64_t begin, int64_t end) {
        for (int64_t t = begin; t < end; ++t) {
          const int64_t offset = s.index.Offset(args.in[1], t);
          if (offset < 0) {
            bad = true;
            return;
          }
          CopyBlock(in + offset * s.element_bytes, out + t * block, block);
        }
      });
  return bad ? ONNXIFI_STATUS_INTERNAL_ERROR : ONNXIFI_STATUS_SUCCESS;
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc& in = ctx.in(0);
  State state;
  ONNXIFI_ASSIGN_OR_RETURN(state.index,
                           TupleIndex::Make(ctx, in.dims, ctx.in(1),
                                            ctx.attrs().Int("batch_dims", 0)));
  state.element_bytes = ElementBytes(in.type);
  ONNXIFI_RETURN_IF_ERROR(
      ctx.SetOutput(0, {in.type, state.index.result_dims()}));
  ctx.SetStepState(&Run, std::move(state));
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(gather_nd, {.op = "GatherND",
                               .supports = &Supports,
                               .prepare = &Prepare});

}  // namespace onnxifi::cpu
