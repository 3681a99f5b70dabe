#include "backends/common/ops/op_util.h"
#include "backends/cpu/kernels/block_copy.h"
#include "backends/cpu/kernels/packed_bits.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

struct State {
  int64_t batch = 0;
  int64_t outer = 1;   // rows between the batch and the sequence axis
  int64_t length = 0;  // of the cache
  int64_t update = 0;  // entries to write
  int64_t block = 0;   // bytes of one entry
  int64_t bytes = 0;
  DataType type = DataType::kFloat;
  int64_t updates = 0;  // bytes of all entries to write
  bool circular = false;
  bool has_indices = false;
};

Reject Supports(const NodeView& n) {
  const auto mode = n.attrs().String("mode", "linear");
  if (mode != "linear" && mode != "circular") {
    return {RejectReason::kAttribute, "mode"};
  }
  if (Reject r = RequireMovableOrPacked(n, {0, 1}); !r.supported()) return r;
  return RequireType(n, 2, {DataType::kInt64});
}

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  // Sizes are in bytes as elements are moved, here those of packed types too.
  uint8_t* spread = static_cast<uint8_t*>(args.scratch);
  const char* update = static_cast<const char*>(
      SpreadBits(s.type, args.in[1], s.updates, spread + s.bytes, args.pool));
  char* out = static_cast<char*>(SpreadTarget(s.type, args.out[0], spread));
  const auto start = [&](int64_t b) {
    return s.has_indices ? LoadInt(args.in[2], DataType::kInt64, b) : 0;
  };
  for (int64_t b = 0; b < s.batch; ++b) {
    // A circular cache counts its places modulo its length.
    const bool fits = s.circular || start(b) <= s.length - s.update;
    if (start(b) < 0 || (s.update > 0 && !fits)) {
      return ONNXIFI_STATUS_INTERNAL_ERROR;
    }
  }
  if (IsPacked(s.type)) {
    SpreadBits(s.type, args.in[0], s.bytes, spread, args.pool);
  } else if (args.in[0] != args.out[0]) {
    ParallelCopy(args.in[0], out, s.bytes, args.pool);
  }
  for (int64_t row = 0; row < s.batch * s.outer; ++row) {
    const int64_t first = start(row / s.outer);
    for (int64_t i = 0; i < s.update; ++i) {
      const int64_t at =
          s.circular ? (first % s.length + i) % s.length : first + i;
      CopyBlock(update + (row * s.update + i) * s.block,
                out + (row * s.length + at) * s.block, s.block);
    }
  }
  JoinBits(s.type, spread, args.out[0], s.bytes, args.pool);
  return ONNXIFI_STATUS_SUCCESS;
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc& cache = ctx.in(0);
  const Shape& update = ctx.in(1).dims;
  ONNXIFI_ASSIGN_OR_RETURN(
      const size_t axis,
      NormalizeAxis(ctx, ctx.attrs().Int("axis", -2), cache.dims.size()));
  bool fits = axis > 0 && update.size() == cache.dims.size() &&
              ctx.in(1).type == cache.type;
  for (size_t i = 0; fits && i < update.size(); ++i) {
    fits = i == axis ? update[i] <= cache.dims[i] : update[i] == cache.dims[i];
  }
  if (!fits || (ctx.HasInput(2) && Product(ctx.in(2).dims) != cache.dims[0])) {
    return ShapeError(
        ctx, StrCat("update ", ShapeText(update), " does not fit cache ",
                    ShapeText(cache.dims)));
  }
  const std::span<const int64_t> all(cache.dims);
  State s;
  s.batch = cache.dims[0];
  s.outer = Product(all.subspan(1, axis - 1));
  s.length = cache.dims[axis];
  s.update = update[axis];
  s.type = cache.type;
  s.block = Product(all.subspan(axis + 1)) * MovedBytes(cache.type);
  s.bytes = Product(all) * MovedBytes(cache.type);
  s.updates = Product(update) * MovedBytes(cache.type);
  s.circular = ctx.attrs().String("mode", "linear") == "circular";
  s.has_indices = ctx.HasInput(2);
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, cache));
  ctx.AllowInPlace(0, 0);
  if (IsPacked(s.type)) {
    ctx.BookScratch(static_cast<size_t>(s.bytes + s.updates));
  }
  ctx.SetStepState(&Run, s);
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(tensor_scatter, {.op = "TensorScatter",
                                    .supports = &Supports,
                                    .prepare = &Prepare});

}  // namespace onnxifi::cpu
