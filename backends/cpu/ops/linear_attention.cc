#include <algorithm>
#include <cmath>

#include "backends/common/ops/op_util.h"
#include "backends/cpu/kernels/float_stage.h"
#include "backends/cpu/kernels/heads_copy.h"
#include "backends/cpu/kernels/number_bytes.h"
#include "backends/cpu/kernels/type_dispatch.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

using AttentionTypes = TypeList<float, Float16, Bfloat16>;
enum Input : size_t { kQuery, kKey, kValue, kPast, kDecay, kBeta, kInputs };

struct State {
  DataType type = DataType::kFloat;
  DataType state_type = DataType::kFloat;
  int64_t count[kInputs] = {};  // elements; 0 for absent
  bool has[kInputs] = {};
  bool has_present = false;
  int64_t batch = 0;
  int64_t rows = 0;
  int64_t q_heads = 0;
  int64_t kv_heads = 0;
  int64_t width = 0;    // of a key
  int64_t v_width = 0;  // of a value
  int64_t decays = 0;   // of one head: 1 or width
  int64_t betas = 0;    // of one row: 1 or kv_heads
  bool gated = false;
  bool delta = false;
  float scale = 1;
};

bool ParseRule(const NodeView& n, bool* gated, bool* delta) {
  const auto rule = n.attrs().String("update_rule", "gated_delta");
  *gated = rule == "gated" || rule == "gated_delta";
  *delta = rule == "delta" || rule == "gated_delta";
  return *gated || *delta || rule == "linear";
}

Reject Supports(const NodeView& n) {
  bool gated = false;
  bool delta = false;
  if (!ParseRule(n, &gated, &delta) || gated != n.HasInput(kDecay) ||
      delta != n.HasInput(kBeta)) {
    return {RejectReason::kAttribute, "update_rule"};
  }
  for (size_t i = 0; i < n.input_count(); ++i) {
    if (n.HasInput(i) && !HasType<AttentionTypes>(n.input_type(i))) {
      return {RejectReason::kDataType, StrCat("input ", i)};
    }
  }
  return {};
}

struct Buffers {
  float* in[kInputs];
  float* state;
  float* value;  // one corrected value per head
  float* out;
};

Buffers TakeBuffers(const State& s, ScratchCursor* cursor) {
  Buffers b;
  for (size_t i = 0; i < kInputs; ++i) {
    b.in[i] = cursor->TakeStage(i == kPast ? s.state_type : s.type, s.count[i]);
  }
  const int64_t heads = s.batch * s.kv_heads;
  b.state = cursor->Take<float>(heads * s.width * s.v_width);
  b.value = cursor->Take<float>(heads * s.v_width);
  b.out = cursor->TakeStage(s.type, s.batch * s.rows * s.q_heads * s.v_width);
  return b;
}

// One key/value head through all rows. State: width x v_width.
void RunHead(const State& s, const float* const* in, int64_t batch,
             int64_t head, float* state, float* value, float* out) {
  const int64_t group = s.q_heads / s.kv_heads;
  for (int64_t t = 0; t < s.rows; ++t) {
    const int64_t row = batch * s.rows + t;
    const float* k = in[kKey] + (row * s.kv_heads + head) * s.width;
    const float* v = in[kValue] + (row * s.kv_heads + head) * s.v_width;
    for (int64_t d = 0; s.gated && d < s.width; ++d) {
      const int64_t at =
          (row * s.kv_heads + head) * s.decays + (s.decays == 1 ? 0 : d);
      const float factor = std::exp(in[kDecay][at]);
      for (int64_t m = 0; m < s.v_width; ++m)
        state[d * s.v_width + m] *= factor;
    }
    std::copy_n(v, s.v_width, value);
    if (s.delta) {
      const float beta = in[kBeta][row * s.betas + (s.betas == 1 ? 0 : head)];
      for (int64_t d = 0; d < s.width; ++d) {
        for (int64_t m = 0; m < s.v_width; ++m) {
          value[m] -= state[d * s.v_width + m] * k[d];
        }
      }
      for (int64_t m = 0; m < s.v_width; ++m) value[m] *= beta;
    }
    for (int64_t d = 0; d < s.width; ++d) {
      for (int64_t m = 0; m < s.v_width; ++m) {
        state[d * s.v_width + m] += k[d] * value[m];
      }
    }
    for (int64_t q = head * group; q < (head + 1) * group; ++q) {
      const float* query = in[kQuery] + (row * s.q_heads + q) * s.width;
      float* y = out + (row * s.q_heads + q) * s.v_width;
      std::fill_n(y, s.v_width, 0.0F);
      for (int64_t d = 0; d < s.width; ++d) {
        const float weight = query[d] * s.scale;
        for (int64_t m = 0; m < s.v_width; ++m) {
          y[m] += weight * state[d * s.v_width + m];
        }
      }
    }
  }
}

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  ScratchCursor cursor(args.scratch);
  const Buffers b = TakeBuffers(s, &cursor);
  const float* in[kInputs] = {};
  for (size_t i = 0; i < kInputs; ++i) {
    if (!s.has[i]) continue;
    in[i] = AsFloat(i == kPast ? s.state_type : s.type, args.in[i], s.count[i],
                    b.in[i], args.pool);
  }
  float* out = FloatTarget(s.type, args.out[0], b.out);
  const int64_t heads = s.batch * s.kv_heads;
  const int64_t size = s.width * s.v_width;
  args.pool->ParallelRange(heads, 1, [&](int64_t begin, int64_t end) {
    for (int64_t h = begin; h < end; ++h) {
      float* mine = b.state + h * size;
      if (s.has[kPast]) {
        std::copy_n(in[kPast] + h * size, size, mine);
      } else {
        std::fill_n(mine, size, 0.0F);
      }
      RunHead(s, in, h / s.kv_heads, h % s.kv_heads, mine,
              b.value + h * s.v_width, out);
    }
  });
  StoreFloat(s.type, out, args.out[0], s.batch * s.rows * s.q_heads * s.v_width,
             args.pool);
  if (s.has_present) {
    StorePresent(s.state_type, b.state, args.out[1], heads * size, args.pool);
  }
  return ONNXIFI_STATUS_SUCCESS;
}

// Heads and widths from the shapes; false when they do not fit.
bool SetSizes(const PrepareContext& ctx, State* s) {
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
              (!s->has[kPast] || ctx.in(kPast).dims == state);
  if (s->has[kDecay]) {
    const Shape& d = ctx.in(kDecay).dims;
    s->decays = d.size() == 3 && d[2] == s->kv_heads ? 1 : s->width;
    fits = fits && d == Shape{s->batch, s->rows, s->kv_heads * s->decays};
  }
  if (s->has[kBeta]) {
    const Shape& d = ctx.in(kBeta).dims;
    s->betas = d.size() == 3 && d[2] == 1 ? 1 : s->kv_heads;
    fits = fits && d == Shape{s->batch, s->rows, s->betas};
  }
  return fits;
}

Status Prepare(PrepareContext& ctx) {
  State s;
  s.type = s.state_type = ctx.in(kQuery).type;
  for (size_t i = 0; i < kInputs; ++i) {
    s.has[i] = ctx.HasInput(i);
    if (!s.has[i]) continue;
    s.count[i] = Product(ctx.in(i).dims);
    if (i != kPast && ctx.in(i).type != s.type) {
      return ShapeError(ctx, "the inputs have different types");
    }
  }
  if (s.has[kPast]) s.state_type = ctx.in(kPast).type;
  s.has_present = ctx.HasOutput(1);
  if (!ParseRule(ctx, &s.gated, &s.delta) || !SetSizes(ctx, &s)) {
    return ShapeError(ctx, "the inputs do not divide into the heads");
  }
  s.scale = ctx.attrs().Float("scale", 0);
  if (s.scale == 0) {
    s.scale = 1 / std::sqrt(static_cast<float>(std::max<int64_t>(s.width, 1)));
  }
  ONNXIFI_RETURN_IF_ERROR(
      ctx.SetOutput(0, {s.type, {s.batch, s.rows, s.q_heads * s.v_width}}));
  if (s.has_present) {
    ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(
        1, {s.state_type, {s.batch, s.kv_heads, s.width, s.v_width}}));
  }
  ScratchCursor cursor(nullptr);
  TakeBuffers(s, &cursor);
  ctx.BookScratch(cursor.bytes());
  ctx.SetStepState(&Run, s);
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(linear_attention, {.op = "LinearAttention",
                                      .supports = &Supports,
                                      .prepare = &Prepare});

}  // namespace onnxifi::cpu
