#include <atomic>

#include "backends/common/ops/op_util.h"
#include "backends/cpu/kernels/block_copy.h"
#include "backends/cpu/kernels/element_index.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

using graph::DataType;

struct State {
  ElementIndex index;
  int64_t element_bytes = 1;
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
  args.pool->ParallelRange(
      s.index.count(), 4096, [&](int64_t begin, int64_t end) {
        const bool ok = s.index.ForEach(
            args.in[1], begin, end, [&](int64_t position, int64_t element) {
              CopyBlock(in + element * s.element_bytes,
                        out + position * s.element_bytes, s.element_bytes);
            });
        if (!ok) bad = true;
      });
  return bad ? ONNXIFI_STATUS_INTERNAL_ERROR : ONNXIFI_STATUS_SUCCESS;
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc& in = ctx.in(0);
  State state;
  ONNXIFI_ASSIGN_OR_RETURN(
      state.index,
      ElementIndex::Make(ctx, in.dims, ctx.in(1), ctx.attrs().Int("axis", 0)));
  state.element_bytes = ElementBytes(in.type);
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {in.type, ctx.in(1).dims}));
  ctx.SetStepState(&Run, std::move(state));
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(gather_elements, {.op = "GatherElements",
                                     .supports = &Supports,
                                     .prepare = &Prepare});

}  // namespace onnxifi::cpu
