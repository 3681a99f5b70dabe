#include "backends/cpu/kernels/recurrent_node.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <vector>

#include "backends/common/ops/op_util.h"
#include "backends/cpu/aligned_floats.h"
#include "backends/cpu/kernels/elementwise_util.h"
#include "backends/cpu/kernels/float_stage.h"
#include "backends/cpu/kernels/number_bytes.h"
#include "backends/cpu/kernels/type_dispatch.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {

namespace {

using enum RecurrentNode::Input;
constexpr size_t kFloatInputs[] = {kX, kW, kR, kB, kH0, kC0, kP};

struct State {
  Recurrent r;
  DataType type = DataType::kFloat;
  int64_t count[kInputs] = {};  // elements; 0 for absent
  bool has[kInputs] = {};
  bool has_out[3] = {};
  // Weights packed ahead, of all directions; null when they are not constant.
  std::shared_ptr<const AlignedFloats> packed_w;
  std::shared_ptr<const AlignedFloats> packed_r;
};

// F: what is computed in, double for double and float for other types.
template <typename F>
struct Buffers {
  F* staged[kInputs] = {};
  F* staged_y = nullptr;
  float* packed_w = nullptr;  // one direction
  float* packed_r = nullptr;
  F* h = nullptr;
  F* c = nullptr;
  F* direction = nullptr;
};

template <typename F>
Buffers<F> TakeBuffers(const State& s, ScratchCursor* cursor) {
  constexpr bool kPacks = std::is_same_v<F, float>;
  Buffers<F> b;
  for (const size_t i : kFloatInputs) {
    b.staged[i] = cursor->TakeStage<F>(s.type, s.count[i]);
  }
  const int64_t state = s.r.batch * s.r.hidden;
  if (s.has_out[0]) {
    b.staged_y =
        cursor->TakeStage<F>(s.type, s.r.steps * s.r.directions * state);
  }
  if (kPacks && s.packed_w == nullptr) {
    b.packed_w = cursor->Take<float>(s.r.PackedInputFloats());
  }
  if (kPacks && s.packed_r == nullptr) {
    b.packed_r = cursor->Take<float>(s.r.PackedHiddenFloats());
  }
  b.h = cursor->Take<F>(state);
  b.c = cursor->Take<F>(state);
  b.direction = cursor->Take<F>(DirectionScratch(s.r));
  return b;
}

// Position of a direction's state of batch entry b in a state tensor.
int64_t StateRow(const Recurrent& r, int64_t d, int64_t b) {
  return (r.batch_first ? b * r.directions + d : d * r.batch + b) * r.hidden;
}

template <typename F>
void LoadState(const Recurrent& r, int64_t d, const F* from, F* to) {
  for (int64_t b = 0; b < r.batch; ++b) {
    if (from == nullptr) {
      std::fill_n(to + b * r.hidden, r.hidden, F{0});
    } else {
      std::copy_n(from + StateRow(r, d, b), r.hidden, to + b * r.hidden);
    }
  }
}

template <typename F>
void StoreState(const State& s, int64_t d, const F* from, void* to,
                ThreadPool* pool) {
  for (int64_t b = 0; b < s.r.batch; ++b) {
    const F* row = from + b * s.r.hidden;
    char* target =
        static_cast<char*>(to) + StateRow(s.r, d, b) * ElementBytes(s.type);
    if (s.type == kDataTypeOf<F>) {
      std::memcpy(target, row, static_cast<size_t>(s.r.hidden) * sizeof(F));
    } else {
      StoreFloat(s.type, row, target, s.r.hidden, pool);
    }
  }
}

bool LengthsFit(const State& s, const void* lengths) {
  for (int64_t b = 0; b < s.r.batch; ++b) {
    const int32_t length = LoadAt<int32_t>(lengths, b);
    if (length < 0 || length > s.r.steps) return false;
  }
  return true;
}

// W and R of direction d as RunDirection takes them.
void FindWeights(const State& s, int64_t d, const float* const* in,
                 const Buffers<float>& b, ThreadPool* pool,
                 DirectionArgs<float>* a) {
  const Recurrent& r = s.r;
  const int64_t width = r.gates() * r.hidden;
  a->w = b.packed_w;
  a->r = b.packed_r;
  if (s.packed_w != nullptr) {
    a->w = s.packed_w->data() + d * r.PackedInputFloats();
  } else {
    PackInputWeights(r, in[kW] + d * width * r.inputs, b.packed_w, pool);
  }
  if (s.packed_r != nullptr) {
    a->r = s.packed_r->data() + d * r.PackedHiddenFloats();
  } else {
    PackHiddenWeights(r, in[kR] + d * width * r.hidden, b.packed_r, pool);
  }
}

void FindWeights(const State& s, int64_t d, const double* const* in,
                 const Buffers<double>&, ThreadPool*,
                 DirectionArgs<double>* a) {
  const int64_t width = s.r.gates() * s.r.hidden;
  a->w = in[kW] + d * width * s.r.inputs;
  a->r = in[kR] + d * width * s.r.hidden;
}

template <typename F>
onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  const Recurrent& r = s.r;
  ScratchCursor cursor(args.scratch);
  const Buffers<F> b = TakeBuffers<F>(s, &cursor);
  if (s.has[kLengths] && !LengthsFit(s, args.in[kLengths])) {
    return ONNXIFI_STATUS_INTERNAL_ERROR;
  }
  const F* in[kInputs] = {};
  for (const size_t i : kFloatInputs) {
    if (!s.has[i]) continue;
    in[i] = AsFloat(s.type, args.in[i], s.count[i], b.staged[i], args.pool);
  }
  F* y = s.has_out[0] ? FloatTarget(s.type, args.out[0], b.staged_y) : nullptr;
  const int64_t width = r.gates() * r.hidden;
  for (int64_t d = 0; d < r.directions; ++d) {
    LoadState(r, d, in[kH0], b.h);
    LoadState(r, d, in[kC0], b.c);
    DirectionArgs<F> a;
    a.direction = d;
    a.x = in[kX];
    FindWeights(s, d, in, b, args.pool, &a);
    a.bias = in[kB] == nullptr ? nullptr : in[kB] + d * 2 * width;
    a.peepholes = in[kP] == nullptr ? nullptr : in[kP] + d * 3 * r.hidden;
    a.lengths = s.has[kLengths] ? args.in[kLengths] : nullptr;
    a.y = y;
    a.h = b.h;
    a.c = b.c;
    a.scratch = b.direction;
    RunDirection(r, a, args.pool);
    if (s.has_out[1]) StoreState(s, d, b.h, args.out[1], args.pool);
    if (s.has_out[2]) StoreState(s, d, b.c, args.out[2], args.pool);
  }
  if (y != nullptr) {
    StoreFloat(s.type, y, args.out[0],
               r.steps * r.directions * r.batch * r.hidden, args.pool);
  }
  return ONNXIFI_STATUS_SUCCESS;
}

// All directions of a constant weight, packed once for the graph's life.
template <typename Pack>
Result<std::shared_ptr<const AlignedFloats>> PackConstant(PrepareContext& ctx,
                                                          const char* which,
                                                          int64_t each,
                                                          int64_t directions,
                                                          const Pack& pack) {
  // Values have one name each; nodes may share theirs.
  size_t output = 0;
  while (!ctx.HasOutput(output)) ++output;
  return ctx.packed().GetOrMake<AlignedFloats>(
      StrCat(ctx.output(output).name, "/recurrent/", which),
      [&]() -> Result<std::shared_ptr<const AlignedFloats>> {
        auto packed = std::make_shared<AlignedFloats>();
        ONNXIFI_RETURN_IF_ERROR(
            packed->Allocate(static_cast<size_t>(each * directions)));
        for (int64_t d = 0; d < directions; ++d) {
          pack(d, packed->data() + d * each);
        }
        return std::shared_ptr<const AlignedFloats>(std::move(packed));
      });
}

// A constant's values on a float boundary; model bytes may lie anywhere.
const float* AlignedValues(const graph::TensorData& tensor,
                           std::vector<float>* copy) {
  if (reinterpret_cast<uintptr_t>(tensor.data) % alignof(float) == 0) {
    return static_cast<const float*>(tensor.data);
  }
  copy->resize(tensor.bytes / sizeof(float));
  std::memcpy(copy->data(), tensor.data, tensor.bytes);
  return copy->data();
}

Status PackWeights(PrepareContext& ctx, State* s) {
  const Recurrent& r = s->r;
  if (s->type != DataType::kFloat) return Status::Ok();
  const int64_t width = r.gates() * r.hidden;
  if (const graph::TensorData* w = ctx.ConstantIn(kW)) {
    std::vector<float> copy;
    const float* from = AlignedValues(*w, &copy);
    ONNXIFI_ASSIGN_OR_RETURN(
        s->packed_w, PackConstant(ctx, "w", r.PackedInputFloats(), r.directions,
                                  [&](int64_t d, float* to) {
                                    PackInputWeights(
                                        r, from + d * width * r.inputs, to,
                                        &ctx.pool());
                                  }));
  }
  if (const graph::TensorData* w = ctx.ConstantIn(kR)) {
    std::vector<float> copy;
    const float* from = AlignedValues(*w, &copy);
    ONNXIFI_ASSIGN_OR_RETURN(
        s->packed_r, PackConstant(ctx, "r", r.PackedHiddenFloats(),
                                  r.directions, [&](int64_t d, float* to) {
                                    PackHiddenWeights(
                                        r, from + d * width * r.hidden, to,
                                        &ctx.pool());
                                  }));
  }
  return Status::Ok();
}

DataType ComputeType(DataType type) {
  return type == DataType::kDouble ? type : DataType::kFloat;
}

}  // namespace

Reject SupportsRecurrent(const NodeView& node, Cell cell) {
  Recurrent r;
  if (!ReadRecurrentRules(node, cell, &r) ||
      !FindGateFunctions(ComputeType(node.input_type(kX)), &r)) {
    return {RejectReason::kAttribute, "activations"};
  }
  for (const size_t i : kFloatInputs) {
    if (i >= r.input_count()) continue;
    if (Reject reject = RequireTypeIn<FloatTypes>(node, i);
        !reject.supported()) {
      return reject;
    }
  }
  return RequireType(node, kLengths, {DataType::kInt32});
}

Status PrepareRecurrent(PrepareContext& ctx, Cell cell) {
  State s;
  Recurrent& r = s.r;
  ONNXIFI_RETURN_IF_ERROR(ReadRecurrent(ctx, cell, &r));
  s.type = ctx.in(kX).type;
  if (!FindGateFunctions(ComputeType(s.type), &r)) {
    return NodeError(ctx, ONNXIFI_STATUS_UNSUPPORTED_ATTRIBUTE,
                     "attribute 'activations' is not known");
  }
  for (size_t i = 0; i < r.input_count(); ++i) {
    s.has[i] = ctx.HasInput(i);
    if (s.has[i]) s.count[i] = Product(ctx.in(i).dims);
  }
  const size_t outputs = cell == Cell::kLstm ? 3 : 2;
  for (size_t o = 0; o < outputs; ++o) s.has_out[o] = ctx.HasOutput(o);
  ONNXIFI_RETURN_IF_ERROR(PackWeights(ctx, &s));
  DispatchFloat(s.type == DataType::kDouble, [&]<typename F>() {
    ScratchCursor cursor(nullptr);
    TakeBuffers<F>(s, &cursor);
    ctx.BookScratch(cursor.bytes());
    ctx.SetStepState(&Run<F>, std::move(s));
  });
  return Status::Ok();
}

}  // namespace onnxifi::cpu
