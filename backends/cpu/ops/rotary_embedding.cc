#include <algorithm>

#include "backends/common/ops/op_util.h"
#include "backends/cpu/kernels/number_bytes.h"
#include "backends/cpu/kernels/type_dispatch.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

using RotaryTypes = TypeList<float, Float16, Bfloat16>;

struct State {
  DataType type = DataType::kFloat;
  int64_t batch = 0;
  int64_t rows = 0;  // positions
  int64_t heads = 0;
  int64_t width = 0;           // of one head
  int64_t rotated = 0;         // leading elements of a head that are rotated
  int64_t positions = 0;       // rows of a cache that positions index
  bool heads_outside = false;  // [batch, heads, rows, width]
  bool interleaved = false;
  bool has_positions = false;
};

Reject Supports(const NodeView& n) {
  for (size_t i = 0; i < 3; ++i) {
    if (!HasType<RotaryTypes>(n.input_type(i))) {
      return {RejectReason::kDataType, StrCat("input ", i)};
    }
  }
  return RequireType(n, 3, {DataType::kInt64});
}

template <typename T>
void RotateHead(const State& s, const RunArgs& args, int64_t x, int64_t cache) {
  const int64_t half = s.rotated / 2;
  for (int64_t i = 0; i < half; ++i) {
    const int64_t a = x + (s.interleaved ? 2 * i : i);
    const int64_t b = x + (s.interleaved ? 2 * i + 1 : i + half);
    const float cosine = Widen(LoadAt<T>(args.in[1], cache + i));
    const float sine = Widen(LoadAt<T>(args.in[2], cache + i));
    const float left = Widen(LoadAt<T>(args.in[0], a));
    const float right = Widen(LoadAt<T>(args.in[0], b));
    StoreAt<T>(args.out[0], a, Narrow<T>(cosine * left - sine * right));
    StoreAt<T>(args.out[0], b, Narrow<T>(sine * left + cosine * right));
  }
  for (int64_t i = s.rotated; i < s.width; ++i) {
    StoreAt<T>(args.out[0], x + i, LoadAt<T>(args.in[0], x + i));
  }
}

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  const int64_t tokens = s.batch * s.rows;
  for (int64_t i = 0; s.has_positions && i < tokens; ++i) {
    const int64_t position = LoadInt(args.in[3], DataType::kInt64, i);
    if (position < 0 || position >= s.positions) {
      return ONNXIFI_STATUS_INTERNAL_ERROR;
    }
  }
  DispatchType<RotaryTypes>(s.type, [&]<typename T>() {
    const int64_t grain = std::max<int64_t>(8192 / (s.heads * s.width + 1), 1);
    args.pool->ParallelRange(tokens, grain, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const int64_t row =
            s.has_positions ? LoadInt(args.in[3], DataType::kInt64, i) : i;
        for (int64_t h = 0; h < s.heads; ++h) {
          const int64_t head =
              s.heads_outside ? (i / s.rows * s.heads + h) * s.rows + i % s.rows
                              : i * s.heads + h;
          RotateHead<T>(s, args, head * s.width, row * (s.rotated / 2));
        }
      }
    });
  });
  return ONNXIFI_STATUS_SUCCESS;
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc& in = ctx.in(0);
  const Shape& x = in.dims;
  State s;
  s.type = in.type;
  s.heads_outside = x.size() == 4;
  s.heads = s.heads_outside ? x[1] : ctx.attrs().Int("num_heads", 0);
  if ((x.size() != 3 && x.size() != 4) || s.heads < 1 ||
      (x.size() == 3 && x[2] % s.heads != 0)) {
    return ShapeError(ctx, StrCat("input ", ShapeText(x),
                                  " does not divide into ", s.heads, " heads"));
  }
  s.batch = x[0];
  s.rows = s.heads_outside ? x[2] : x[1];
  s.width = s.heads_outside ? x[3] : x[2] / s.heads;
  s.rotated = ctx.attrs().Int("rotary_embedding_dim", 0);
  if (s.rotated == 0) s.rotated = s.width;
  s.interleaved = ctx.attrs().Int("interleaved", 0) != 0;
  s.has_positions = ctx.HasInput(3);
  const Shape& cache = ctx.in(1).dims;
  bool fits = s.rotated > 0 && s.rotated <= s.width && s.rotated % 2 == 0 &&
              ctx.in(2).dims == cache && ctx.in(1).type == s.type &&
              ctx.in(2).type == s.type && !cache.empty() &&
              cache.back() == s.rotated / 2;
  if (s.has_positions) {
    fits = fits && cache.size() == 2 &&
           Product(ctx.in(3).dims) == s.batch * s.rows;
    if (fits) s.positions = cache[0];
  } else {
    fits = fits && cache == Shape{s.batch, s.rows, s.rotated / 2};
  }
  if (!fits) {
    return ShapeError(ctx, StrCat("the caches (", ShapeText(cache),
                                  ") do not fit input ", ShapeText(x)));
  }
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {in.type, x}));
  ctx.SetStepState(&Run, s);
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(rotary_embedding, {.op = "RotaryEmbedding",
                                      .supports = &Supports,
                                      .prepare = &Prepare});

}  // namespace onnxifi::cpu
