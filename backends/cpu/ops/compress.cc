#include <algorithm>

#include "backends/cpu/kernels/block_copy.h"
#include "backends/cpu/kernels/move_util.h"
#include "backends/cpu/kernels/number_bytes.h"

namespace onnxifi::cpu {
namespace {

struct State {
  int64_t outer = 1;
  int64_t dim = 0;
  int64_t block = 0;       // bytes of one entry of the axis
  int64_t conditions = 0;  // entries beyond it are dropped
  int64_t kept = 0;        // size of the output's axis
};

// A condition known at plan time gives the shape; otherwise the model must
// declare it.
Reject Supports(const NodeView& n) {
  if (Reject r = RequireMovable(n, {0}); !r.supported()) return r;
  if (Reject r = RequireType(n, 1, {DataType::kBool}); !r.supported()) {
    return r;
  }
  return RequireKnownOrDeclared(n, 1);
}

int64_t CountKept(const void* condition, int64_t count) {
  int64_t kept = 0;
  for (int64_t i = 0; i < count; ++i) {
    if (LoadAt<uint8_t>(condition, i) != 0) ++kept;
  }
  return kept;
}

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  if (CountKept(args.in[1], s.conditions) != s.kept) {
    return ONNXIFI_STATUS_INTERNAL_ERROR;
  }
  const char* in = static_cast<const char*>(args.in[0]);
  char* out = static_cast<char*>(args.out[0]);
  for (int64_t o = 0; o < s.outer; ++o) {
    for (int64_t i = 0; i < s.conditions; ++i) {
      if (LoadAt<uint8_t>(args.in[1], i) == 0) continue;
      CopyBlock(in + (o * s.dim + i) * s.block, out, s.block);
      out += s.block;
    }
  }
  return ONNXIFI_STATUS_SUCCESS;
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc& in = ctx.in(0);
  State s;
  Shape dims = in.dims;
  size_t at = 0;
  const std::span<const int64_t> all(in.dims);
  if (ctx.attrs().Has("axis")) {
    ONNXIFI_ASSIGN_OR_RETURN(
        at, NormalizeAxis(ctx, ctx.attrs().Int("axis", 0), in.dims.size()));
    s.outer = Product(all.first(at));
    s.dim = in.dims[at];
    s.block = Product(all.subspan(at + 1)) * ElementBytes(in.type);
  } else {
    dims = {0};
    s.dim = Product(all);
    s.block = ElementBytes(in.type);
  }
  const int64_t given = Product(ctx.in(1).dims);
  s.conditions = std::min(given, s.dim);
  if (const graph::TensorData* condition = ctx.ConstantIn(1)) {
    s.kept = CountKept(condition->data, s.conditions);
  } else {
    ONNXIFI_ASSIGN_OR_RETURN(const Shape declared, DeclaredOutput(ctx, 0));
    if (declared.size() != dims.size()) {
      return ShapeError(ctx, "the declared shape has another rank");
    }
    s.kept = declared[at];
  }
  dims[at] = s.kept;
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {in.type, std::move(dims)}));
  ctx.SetStepState(&Run, s);
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(compress, {.op = "Compress",
                              .supports = &Supports,
                              .prepare = &Prepare});

}  // namespace onnxifi::cpu
