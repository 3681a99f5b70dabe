#include <algorithm>
#include <cstring>

#include "backends/common/ops/op_util.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

struct State {
  int64_t matrices = 1;
  int64_t rows = 0;
  int64_t columns = 0;
  int64_t element_bytes = 4;
  bool upper = true;
  bool has_k = false;
};

Reject Supports(const NodeView& n) {
  if (Reject r = RequireMovable(n, {0}); !r.supported()) return r;
  return RequireType(n, 1, {graph::DataType::kInt64});
}

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  int64_t k = 0;
  if (s.has_k) {
    k = LoadInt(args.in[1], graph::DataType::kInt64, 0);
  }
  k = std::clamp(k, -s.rows - 1, s.columns + 1);
  const char* in = static_cast<const char*>(args.in[0]);
  char* out = static_cast<char*>(args.out[0]);
  const int64_t row_bytes = s.columns * s.element_bytes;
  const int64_t grain = (1 << 16) / std::max<int64_t>(row_bytes, 1) + 1;
  args.pool->ParallelRange(
      s.matrices * s.rows, grain, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) {
          // Columns from `edge` on belong to the upper part.
          const int64_t edge = std::clamp<int64_t>(
              i % s.rows + k + (s.upper ? 0 : 1), 0, s.columns);
          const int64_t bytes = edge * s.element_bytes;
          const size_t left = static_cast<size_t>(bytes);
          const size_t right = static_cast<size_t>(row_bytes - bytes);
          const char* from = in + i * row_bytes;
          char* to = out + i * row_bytes;
          if (s.upper) {
            std::memset(to, 0, left);
            std::memmove(to + left, from + left, right);
          } else {
            std::memmove(to, from, left);
            std::memset(to + left, 0, right);
          }
        }
      });
  return ONNXIFI_STATUS_SUCCESS;
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc& in = ctx.in(0);
  if (in.dims.size() < 2) {
    return ShapeError(ctx, StrCat("input ", ShapeText(in.dims),
                                  " is not a stack of matrices"));
  }
  if (ctx.HasInput(1) && Product(ctx.in(1).dims) != 1) {
    return ShapeError(ctx, "k must be one element");
  }
  const size_t rank = in.dims.size();
  State state;
  state.matrices = Product(std::span<const int64_t>(in.dims).first(rank - 2));
  state.rows = in.dims[rank - 2];
  state.columns = in.dims[rank - 1];
  state.element_bytes = ElementBytes(in.type);
  state.has_k = ctx.HasInput(1);
  state.upper = ctx.attrs().Int("upper", 1) != 0;
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, in));
  ctx.AllowInPlace(0, 0);
  ctx.SetStepState(&Run, state);
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(trilu,
                   {.op = "Trilu", .supports = &Supports, .prepare = &Prepare});

}  // namespace onnxifi::cpu
