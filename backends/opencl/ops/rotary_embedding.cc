#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/element_loop.h"
#include "backends/opencl/kernels/pointwise.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

constexpr TypeSet kRotaryTypes = TypeBit(DataType::kFloat) |
                                 TypeBit(DataType::kFloat16) |
                                 TypeBit(DataType::kBfloat16);

struct Sizes {
  bool heads_outside = false;  // [batch, heads, rows, width]
  int64_t batch = 0;
  int64_t rows = 0;  // positions
  int64_t heads = 0;
  int64_t width = 0;      // of one head
  int64_t rotated = 0;    // leading elements of a head that are rotated
  int64_t positions = 0;  // rows of a cache that input 3 indexes
};

Reject Supports(const NodeView& node) {
  for (size_t i = 0; i < 3; ++i) {
    if (Reject r = RequireTypes(node, i, kRotaryTypes); !r.supported()) {
      return r;
    }
  }
  return RequireType(node, 3, {DataType::kInt64});
}

Status CheckCaches(const PrepareContext& ctx, Sizes* s) {
  const DataType type = ctx.in(0).type;
  const Shape& cache = ctx.in(1).dims;
  bool fits = s->rotated > 0 && s->rotated <= s->width && s->rotated % 2 == 0 &&
              ctx.in(2).dims == cache && ctx.in(1).type == type &&
              ctx.in(2).type == type && !cache.empty() &&
              cache.back() == s->rotated / 2;
  if (ctx.HasInput(3)) {
    fits = fits && cache.size() == 2 &&
           Product(ctx.in(3).dims) == s->batch * s->rows;
    if (fits) s->positions = cache[0];
  } else {
    fits = fits && cache == Shape{s->batch, s->rows, s->rotated / 2};
  }
  if (fits) return Status::Ok();
  return ShapeError(
      ctx, StrCat("the caches (", ShapeText(cache), ") do not fit input ",
                  ShapeText(ctx.in(0).dims)));
}

Result<Sizes> FindSizes(const PrepareContext& ctx) {
  const Shape& x = ctx.in(0).dims;
  Sizes s;
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
  ONNXIFI_RETURN_IF_ERROR(CheckCaches(ctx, &s));
  return s;
}

// The row of the caches for a row of the input.
std::string HeadText(const PrepareContext& ctx, const Sizes& s) {
  std::string text = StrCat("    const long token = (long)c0 * ", s.rows, " + ",
                            s.heads_outside ? "c2" : "c1", ";\n");
  if (!ctx.HasInput(3)) return text + "    const long row = token;\n";
  return StrCat(text, "    const long row = positions[token];\n",
                "    if (row < 0 || row >= ", s.positions,
                ") {\n      failure[0] = 1;\n      continue;\n    }\n");
}

// Element j of a head: rotated together with its partner, or copied.
std::string BodyText(DataType type, const Sizes& s, bool interleaved) {
  const int64_t half = s.rotated / 2;
  const std::string pair =
      interleaved ? "    const int turn = j / 2, right = j % 2;\n"
                    "    const int other = right ? -1 : 1;\n"
                  : StrCat("    const int turn = j % ", half, ", right = j / ",
                           half, ";\n    const int other = right ? -", half,
                           " : ", half, ";\n");
  const std::string at = StrCat("(row * ", half, " + turn)");
  return StrCat(
      "    float v = ", LoadText(type, "x", "i"), ";\n    if (j < ", s.rotated,
      ") {\n", pair, "    const float w = ", LoadText(type, "x", "(i + other)"),
      ", c = ", LoadText(type, "cosines", at),
      ", s = ", LoadText(type, "sines", at),
      ";\n    v = right ? s * w + c * v : c * v - s * w;\n    }\n    ",
      StoreText(type, "y", "i", "v"));
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc in = ctx.in(0);
  ONNXIFI_ASSIGN_OR_RETURN(const Sizes s, FindSizes(ctx));
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, in));
  KernelText kernel;
  kernel.In("x", in.type, 0).In("cosines", in.type, 1).In("sines", in.type, 2);
  kernel.Out("y", in.type, 0);
  if (ctx.HasInput(3)) kernel.In("positions", DataType::kInt64, 3).Failure();
  const int64_t rows[] = {s.batch, s.heads_outside ? s.heads : s.rows,
                          s.heads_outside ? s.rows : s.heads};
  const bool interleaved = ctx.attrs().Int("interleaved", 0) != 0;
  SetLaunches(
      ctx, {MakeRowLoop(FactsOf(ctx), kernel, rows, s.width, HeadText(ctx, s),
                        BodyText(in.type, s, interleaved))});
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(rotary_embedding, {.op = "RotaryEmbedding",
                                      .supports = &Supports,
                                      .prepare = &Prepare});

}  // namespace onnxifi::opencl
