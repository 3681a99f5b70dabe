#include <algorithm>
#include <array>
#include <string>

#include "backends/common/ops/einsum_equation.h"
#include "backends/common/ops/op_util.h"
#include "backends/cpu/kernels/number_bytes.h"
#include "backends/cpu/kernels/type_dispatch.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

constexpr size_t kMaxInputs = 8;

// Loops over the output's labels, then over the summed ones; one stride per
// loop and input, 0 where the input has not the label.
struct State {
  DataType type = DataType::kFloat;
  size_t inputs = 0;
  Shape out;
  Shape summed;
  std::array<Shape, kMaxInputs> out_strides;
  std::array<Shape, kMaxInputs> summed_strides;
};

Reject Supports(const NodeView& n) {
  if (n.input_count() == 0 || n.input_count() > kMaxInputs) {
    return {RejectReason::kShape, "number of inputs"};
  }
  if (!HasType<NumericTypes>(n.input_type(0))) {
    return {RejectReason::kDataType, "input 0"};
  }
  return {};
}

// Offsets of all inputs while the loops advance together.
struct Cursor {
  std::array<int64_t, kMaxInputs> offset = {};

  // Moves to coordinate `index` of row-major loops over `dims`.
  void Seek(const Shape& dims, const std::array<Shape, kMaxInputs>& strides,
            size_t inputs, int64_t index) {
    for (size_t d = dims.size(); d-- > 0;) {
      const int64_t at = index % dims[d];
      index /= dims[d];
      for (size_t i = 0; i < inputs; ++i) offset[i] += at * strides[i][d];
    }
  }
};

template <typename T>
T SumAt(const State& s, int64_t index, const RunArgs& args) {
  // Integers add up in their own width; wrapping is done unsigned.
  using Wide = Compute<T>;
  using Sum = std::conditional_t<
      std::is_integral_v<Wide>, uint64_t,
      std::conditional_t<std::is_same_v<Wide, double>, double, float>>;
  Cursor base;
  base.Seek(s.out, s.out_strides, s.inputs, index);
  int64_t at[graph::kMaxRank] = {};
  Sum sum = 0;
  for (;;) {
    Sum product = 1;
    for (size_t i = 0; i < s.inputs; ++i) {
      product *= static_cast<Sum>(Widen(LoadAt<T>(args.in[i], base.offset[i])));
    }
    sum += product;
    size_t d = s.summed.size();
    for (;;) {
      if (d == 0) return Narrow<T>(static_cast<Wide>(sum));
      --d;
      ++at[d];
      for (size_t i = 0; i < s.inputs; ++i) {
        base.offset[i] += s.summed_strides[i][d];
      }
      if (at[d] < s.summed[d]) break;
      for (size_t i = 0; i < s.inputs; ++i) {
        base.offset[i] -= at[d] * s.summed_strides[i][d];
      }
      at[d] = 0;
    }
  }
}

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  const int64_t terms = Product(s.summed);
  const int64_t grain = std::max<int64_t>(4096 / (terms + 1), 1);
  DispatchType<NumericTypes>(s.type, [&]<typename T>() {
    args.pool->ParallelRange(
        Product(s.out), grain, [&](int64_t begin, int64_t end) {
          for (int64_t i = begin; i < end; ++i) {
            StoreAt<T>(args.out[0], i,
                       terms == 0 ? Narrow<T>(0) : SumAt<T>(s, i, args));
          }
        });
  });
  return ONNXIFI_STATUS_SUCCESS;
}

Status Prepare(PrepareContext& ctx) {
  std::vector<Shape> dims;
  for (size_t i = 0; i < ctx.input_count(); ++i) {
    dims.push_back(ctx.in(i).dims);
    if (ctx.in(i).type != ctx.in(0).type) {
      return ShapeError(ctx, "the inputs have different types");
    }
  }
  EinsumLoops loops;
  const std::string equation(ctx.attrs().String("equation", ""));
  if (!ParseEinsum(equation, dims, &loops) ||
      loops.out.size() + loops.summed.size() > graph::kMaxRank) {
    return ShapeError(
        ctx, StrCat("equation '", equation, "' does not fit the inputs"));
  }
  State s;
  s.type = ctx.in(0).type;
  s.inputs = dims.size();
  s.out = loops.out;
  s.summed = loops.summed;
  std::copy(loops.out_strides.begin(), loops.out_strides.end(),
            s.out_strides.begin());
  std::copy(loops.summed_strides.begin(), loops.summed_strides.end(),
            s.summed_strides.begin());
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {s.type, s.out}));
  ctx.SetStepState(&Run, std::move(s));
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(einsum, {.op = "Einsum",
                            .supports = &Supports,
                            .prepare = &Prepare});

}  // namespace onnxifi::cpu
