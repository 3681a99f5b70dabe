// One column of a head's state belongs to one item, which takes it through all
// rows.
#include <algorithm>
#include <cmath>

#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/element_loop.h"
#include "backends/opencl/kernels/pointwise.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

constexpr TypeSet kTypes = TypeBit(DataType::kFloat) |
                           TypeBit(DataType::kFloat16) |
                           TypeBit(DataType::kBfloat16);
enum Input : size_t { kQuery, kKey, kValue, kPast, kDecay, kBeta, kInputs };

struct Sizes {
  int64_t batch = 0;
  int64_t rows = 0;
  int64_t q_heads = 0;
  int64_t kv_heads = 0;
  int64_t width = 0;    // of a key
  int64_t v_width = 0;  // of a value
  int64_t decays = 0;   // of one head: 1 or width
  int64_t betas = 0;    // of one row: 1 or kv_heads
};

bool ParseRule(const NodeView& node, bool* gated, bool* delta) {
  const auto rule = node.attrs().String("update_rule", "gated_delta");
  *gated = rule == "gated" || rule == "gated_delta";
  *delta = rule == "delta" || rule == "gated_delta";
  return *gated || *delta || rule == "linear";
}

Reject Supports(const NodeView& node) {
  bool gated = false;
  bool delta = false;
  if (!ParseRule(node, &gated, &delta) || gated != node.HasInput(kDecay) ||
      delta != node.HasInput(kBeta)) {
    return {RejectReason::kAttribute, "update_rule"};
  }
  for (size_t i = 0; i < node.input_count(); ++i) {
    if (Reject r = RequireTypes(node, i, kTypes); !r.supported()) return r;
  }
  return {};
}

// False when the inputs do not divide into the heads.
bool ReadSizes(const PrepareContext& ctx, Sizes* s) {
  const Shape& q = ctx.in(kQuery).dims;
  const Shape& k = ctx.in(kKey).dims;
  const Shape& v = ctx.in(kValue).dims;
  s->q_heads = ctx.attrs().Int("q_num_heads", 0);
  s->kv_heads = ctx.attrs().Int("kv_num_heads", 0);
  if (q.size() != 3 || k.size() != 3 || v.size() != 3 || s->q_heads < 1 ||
      s->kv_heads < 1 || s->q_heads % s->kv_heads != 0) {
    return false;
  }
  s->batch = q[0];
  s->rows = q[1];
  s->width = q[2] / s->q_heads;
  s->v_width = v[2] / s->kv_heads;
  const Shape state = {s->batch, s->kv_heads, s->width, s->v_width};
  bool fits = q[2] % s->q_heads == 0 && v[2] % s->kv_heads == 0 &&
              k == Shape{s->batch, s->rows, s->kv_heads * s->width} &&
              v[0] == s->batch && v[1] == s->rows &&
              (!ctx.HasInput(kPast) || ctx.in(kPast).dims == state);
  if (ctx.HasInput(kDecay)) {
    const Shape& d = ctx.in(kDecay).dims;
    s->decays = d.size() == 3 && d[2] == s->kv_heads ? 1 : s->width;
    fits = fits && d == Shape{s->batch, s->rows, s->kv_heads * s->decays};
  }
  if (ctx.HasInput(kBeta)) {
    const Shape& d = ctx.in(kBeta).dims;
    s->betas = d.size() == 3 && d[2] == 1 ? 1 : s->kv_heads;
    fits = fits && d == Shape{s->batch, s->rows, s->betas};
  }
  for (size_t i = 0; i < ctx.input_count(); ++i) {
    fits = fits && (i == kPast || !ctx.HasInput(i) ||
                    ctx.in(i).type == ctx.in(kQuery).type);
  }
  return fits;
}

// c0: batch entry, c1: head of keys and values, c2: column of the state.
constexpr char kText[] = R"(
    const long first = ((long)c0 * KV_HEADS + c1) * WIDTH * V_WIDTH + c2;
    for (long d = 0; d < WIDTH; ++d) {
      state[first + d * V_WIDTH] = PAST(first + d * V_WIDTH);
    }
    for (long t = 0; t < ROWS; ++t) {
      const long row = (long)c0 * ROWS + t;
      const long keys0 = (row * KV_HEADS + c1) * WIDTH;
      float v = VALUE((row * KV_HEADS + c1) * V_WIDTH + c2);
      float known = 0;
      for (long d = 0; d < WIDTH; ++d) {
        const float held = state[first + d * V_WIDTH] * DECAY(d);
        state[first + d * V_WIDTH] = held;
        known += held * KEY(keys0 + d);
      }
      v = CORRECT(v, known);
      for (long d = 0; d < WIDTH; ++d) {
        state[first + d * V_WIDTH] += KEY(keys0 + d) * v;
      }
      for (long q = c1 * GROUP; q < (c1 + 1) * GROUP; ++q) {
        const long query0 = (row * Q_HEADS + q) * WIDTH;
        float sum = 0;
        for (long d = 0; d < WIDTH; ++d) {
          sum += QUERY(query0 + d) * SCALE * state[first + d * V_WIDTH];
        }
        STORE((row * Q_HEADS + q) * V_WIDTH + c2, sum)
      }
    }
)";

float ScaleOf(const PrepareContext& ctx, const Sizes& s) {
  const float scale = ctx.attrs().Float("scale", 0);
  if (scale != 0) return scale;
  return 1 / std::sqrt(static_cast<float>(std::max<int64_t>(s.width, 1)));
}

KernelText MakeKernel(const PrepareContext& ctx, const Sizes& s) {
  const DataType type = ctx.in(kQuery).type;
  KernelText kernel;
  kernel.Scratch("state", "float", 0).Out("y", type, 0);
  const auto in = [&](const char* macro, const char* name, size_t i) {
    kernel.In(name, ctx.in(i).type, i);
    kernel.Define(StrCat(macro, "(e)"), LoadText(ctx.in(i).type, name, "(e)"));
  };
  in("QUERY", "query", kQuery);
  in("KEY", "key", kKey);
  in("VALUE", "value", kValue);
  if (ctx.HasInput(kPast)) {
    in("PAST", "past", kPast);
  } else {
    kernel.Define("PAST(e)", "0.0f");
  }
  std::string decay = "1.0f";
  if (ctx.HasInput(kDecay)) {
    kernel.In("decay", type, kDecay);
    decay = StrCat("exp(",
                   LoadText(type, "decay",
                            StrCat("(row * KV_HEADS + c1) * ", s.decays, "L",
                                   s.decays == 1 ? "" : " + (e)")),
                   ")");
  }
  kernel.Define("DECAY(e)", decay);
  std::string correct = "(v_)";
  if (ctx.HasInput(kBeta)) {
    kernel.In("beta", type, kBeta);
    correct = StrCat(
        "((v_) - (known_)) * ",
        LoadText(type, "beta",
                 StrCat("row * ", s.betas, s.betas == 1 ? "L" : "L + c1")));
  }
  kernel.Define("CORRECT(v_, known_)", correct)
      .Define("STORE(e, s_)", StoreText(type, "y", "(e)", "s_"))
      .Define("SCALE", FloatText(ScaleOf(ctx, s)))
      .Define("ROWS", s.rows)
      .Define("KV_HEADS", s.kv_heads)
      .Define("Q_HEADS", s.q_heads)
      .Define("GROUP", s.q_heads / s.kv_heads)
      .Define("WIDTH", s.width)
      .Define("V_WIDTH", s.v_width);
  return kernel;
}

Status Prepare(PrepareContext& ctx) {
  Sizes s;
  if (!ReadSizes(ctx, &s)) {
    return ShapeError(ctx, "the inputs do not divide into the heads");
  }
  const DataType type = ctx.in(kQuery).type;
  ONNXIFI_RETURN_IF_ERROR(
      ctx.SetOutput(0, {type, {s.batch, s.rows, s.q_heads * s.v_width}}));
  const Shape state = {s.batch, s.kv_heads, s.width, s.v_width};
  ctx.BookScratch(static_cast<size_t>(Product(state)) * sizeof(float));
  std::vector<Launch> launches;
  launches.push_back(MakeCoordinateLoop(FactsOf(ctx), MakeKernel(ctx, s),
                                        {{s.batch, s.kv_heads, s.v_width}},
                                        kText));
  if (ctx.HasOutput(1)) {
    const DataType made = ctx.HasInput(kPast) ? ctx.in(kPast).type : type;
    ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(1, {made, state}));
    KernelText kernel;
    kernel.Scratch("state", "float", 0).Out("present", made, 1);
    launches.push_back(
        MakeElementLoop(FactsOf(ctx), std::move(kernel), {{Product(state)}}, {},
                        StoreText(made, "present", "i", "state[i]")));
  }
  SetLaunches(ctx, std::move(launches));
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(linear_attention, {.op = "LinearAttention",
                                      .supports = &Supports,
                                      .prepare = &Prepare});

}  // namespace onnxifi::opencl
