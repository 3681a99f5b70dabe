#include <cmath>

#include "backends/common/ops/op_util.h"
#include "backends/cpu/kernels/number_bytes.h"
#include "backends/cpu/kernels/type_dispatch.h"

namespace onnxifi::cpu {
namespace {

using RangeTypes =
    TypeList<float, double, int16_t, int32_t, int64_t, Float16, Bfloat16>;

// Results up to this many elements become constants, so that shape
// computations that use them go on at plan time.
constexpr int64_t kMaxFolded = 4096;

struct State {
  DataType type = DataType::kInt64;
  int64_t count = 0;
};

Reject Supports(const NodeView& n) {
  if (!HasType<RangeTypes>(n.input_type(0))) {
    return {RejectReason::kDataType, "input 0"};
  }
  for (size_t i = 0; i < 3; ++i) {
    if (Reject r = RequireKnown(n, i); !r.supported()) return r;
  }
  return {};
}

// ceil((limit - start) / delta), at least 0; -1 when it is no number.
int64_t Count(DataType type, const void* start, const void* limit,
              const void* delta) {
  if (type == DataType::kInt64 || type == DataType::kInt32 ||
      type == DataType::kInt16) {
    const int64_t from = LoadInteger(start, type, 0);
    const int64_t to = LoadInteger(limit, type, 0);
    const int64_t step = LoadInteger(delta, type, 0);
    if (step == 0) return -1;
    if (step > 0 ? to <= from : to >= from) return 0;
    // In unsigned arithmetic distances and -step cannot overflow.
    const uint64_t low = static_cast<uint64_t>(step > 0 ? from : to);
    const uint64_t high = static_cast<uint64_t>(step > 0 ? to : from);
    const uint64_t stride = step > 0
                                ? static_cast<uint64_t>(step)
                                : uint64_t{0} - static_cast<uint64_t>(step);
    const uint64_t count = (high - low - 1) / stride + 1;
    return count > (uint64_t{1} << 47) ? -1 : static_cast<int64_t>(count);
  }
  const double count =
      std::ceil((LoadNumber(limit, type, 0) - LoadNumber(start, type, 0)) /
                LoadNumber(delta, type, 0));
  if (!(count < 1e14)) return -1;
  return count > 0 ? static_cast<int64_t>(count) : 0;
}

void Fill(DataType type, const void* start, const void* delta, void* out,
          int64_t count) {
  DispatchType<RangeTypes>(type, [&]<typename T>() {
    const Compute<T> from = Widen(LoadAt<T>(start, 0));
    const Compute<T> step = Widen(LoadAt<T>(delta, 0));
    for (int64_t i = 0; i < count; ++i) {
      StoreAt<T>(out, i,
                 Narrow<T>(static_cast<Compute<T>>(
                     from + static_cast<Compute<T>>(i) * step)));
    }
  });
}

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  Fill(s.type, args.in[0], args.in[2], args.out[0], s.count);
  return ONNXIFI_STATUS_SUCCESS;
}

Status Prepare(PrepareContext& ctx) {
  const graph::TensorData* known[3];
  for (size_t i = 0; i < 3; ++i) {
    known[i] = ctx.ConstantIn(i);
    if (known[i] == nullptr) return UnknownInput(ctx, i);
    if (Product(ctx.in(i).dims) != 1 || ctx.in(i).type != ctx.in(0).type) {
      return ShapeError(ctx, "start, limit and delta must be scalars");
    }
  }
  State state;
  state.type = ctx.in(0).type;
  state.count =
      Count(state.type, known[0]->data, known[1]->data, known[2]->data);
  if (state.count < 0) {
    return ShapeError(ctx, "delta is 0 or the range has no end");
  }
  if (state.count <= kMaxFolded) {
    ONNXIFI_ASSIGN_OR_RETURN(const graph::NewTensor made,
                             graph::MakeTensor(state.type, {state.count}));
    Fill(state.type, known[0]->data, known[2]->data, made.data, state.count);
    return ctx.SetConstantOutput(0, made.tensor);
  }
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {state.type, {state.count}}));
  ctx.SetStepState(&Run, state);
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(range,
                   {.op = "Range", .supports = &Supports, .prepare = &Prepare});

}  // namespace onnxifi::cpu
