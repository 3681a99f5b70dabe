#include "backends/common/ops/op_util.h"
#include "backends/common/ops/quantized_node.h"
#include "backends/cpu/kernels/integer_load.h"
#include "backends/cpu/kernels/type_dispatch.h"
#include "backends/cpu/matmul_plan.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

// MatMulInteger (sums as they are) and QLinearMatMul (sums scaled to bytes).
struct State {
  MatMulNode node;
  QuantParameter a_zero, b_zero, y_zero;
  QuantParameter a_scale, b_scale, y_scale;
  size_t b = 1;  // input that holds the second operand

  // Rows of A, or columns of B, in the matrices in front of that of a product.
  int64_t RowsBefore(size_t product) const {
    return node.shape.k == 0 ? 0 : node.a_offsets[product] / node.shape.k;
  }
  int64_t ColumnsBefore(size_t product) const {
    return node.shape.k == 0 ? 0 : node.b_offsets[product] / node.shape.k;
  }
};

// Calls store(output index, row, column, sum) for every element.
template <typename A, typename B, typename Store>
void Multiply(const State& s, const RunArgs& args, const Store& store) {
  const auto [m, n, k] = s.node.shape;
  const A* a = static_cast<const A*>(args.in[0]);
  const B* b = static_cast<const B*>(args.in[s.b]);
  args.pool->ParallelRange(
      s.node.count * m, 1,
      [&, m = m, n = n, k = k](int64_t begin, int64_t end) {
        for (int64_t r = begin; r < end; ++r) {
          const size_t product = static_cast<size_t>(r / m);
          const int64_t i = r % m;
          const A* left = a + s.node.a_offsets[product] + i * k;
          const B* right = b + s.node.b_offsets[product];
          const int64_t row = s.RowsBefore(product) + i;
          const int64_t first_column = s.ColumnsBefore(product);
          const int32_t a_zero = s.a_zero.Zero(args, row);
          for (int64_t j = 0; j < n; ++j) {
            const int64_t column = first_column + j;
            const int32_t b_zero = s.b_zero.Zero(args, column);
            uint32_t sum = 0;  // wraps instead of overflowing
            for (int64_t p = 0; p < k; ++p) {
              sum +=
                  static_cast<uint32_t>((int32_t{left[p]} - a_zero) *
                                        (int32_t{right[p * n + j]} - b_zero));
            }
            store(r * n + j, row, column, static_cast<int32_t>(sum));
          }
        }
      });
}

template <typename A, typename B>
onnxStatus RunInteger(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  int32_t* out = static_cast<int32_t*>(args.out[0]);
  Multiply<A, B>(s, args, [&](int64_t at, int64_t, int64_t, int32_t sum) {
    out[at] = sum;
  });
  return ONNXIFI_STATUS_SUCCESS;
}

template <typename A, typename B>
onnxStatus RunLinear(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  const int32_t y_zero = s.y_zero.Zero(args, 0);
  const double y_scale = s.y_scale.Scale(args, 0);
  const auto run = [&]<typename Y>() {
    Y* out = static_cast<Y*>(args.out[0]);
    Multiply<A, B>(s, args, [&](int64_t at, int64_t i, int64_t j, int32_t sum) {
      const double scale = s.a_scale.Scale(args, i) * s.b_scale.Scale(args, j);
      out[at] =
          QuantizeTo<Y>(static_cast<double>(sum) * scale / y_scale, y_zero);
    });
  };
  if (s.y_zero.type == graph::DataType::kInt8) {
    run.template operator()<int8_t>();
  } else {
    run.template operator()<uint8_t>();
  }
  return ONNXIFI_STATUS_SUCCESS;
}

Reject SupportsInteger(const NodeView& node) {
  for (size_t i = 0; i < node.input_count(); ++i) {
    Reject reject = RequireTypeIn<ByteTypes>(node, i);
    if (!reject.supported()) return reject;
  }
  return {};
}

Reject SupportsLinear(const NodeView& node) {
  for (const size_t i : {0, 2, 3, 5, 7}) {
    Reject reject = RequireTypeIn<ByteTypes>(node, i);
    if (!reject.supported()) return reject;
  }
  for (const size_t i : {1, 4, 6}) {
    Reject reject = RequireTypeIn<FloatTypes>(node, i);
    if (!reject.supported()) return reject;
  }
  return {};
}

Status PrepareInteger(PrepareContext& ctx) {
  State state;
  ONNXIFI_RETURN_IF_ERROR(ReadMatMulShapes(ctx, &state.node, state.b));
  state.a_zero = QuantParameter::Of(ctx, 2);
  state.b_zero = QuantParameter::Of(ctx, 3);
  ONNXIFI_RETURN_IF_ERROR(CheckLineParameter(ctx, 2, 0, 1));
  ONNXIFI_RETURN_IF_ERROR(CheckLineParameter(ctx, 3, state.b, 2));
  RunFn fn = nullptr;
  DispatchBytes(ctx.in(0).type, ctx.in(1).type,
                [&]<typename A, typename B>() { fn = &RunInteger<A, B>; });
  ONNXIFI_RETURN_IF_ERROR(
      ctx.SetOutput(0, {graph::DataType::kInt32, state.node.output}));
  ctx.SetStepState(fn, std::move(state));
  return Status::Ok();
}

Status PrepareLinear(PrepareContext& ctx) {
  State state;
  state.b = 3;
  ONNXIFI_RETURN_IF_ERROR(ReadMatMulShapes(ctx, &state.node, state.b));
  state.a_scale = QuantParameter::Of(ctx, 1);
  state.a_zero = QuantParameter::Of(ctx, 2);
  state.b_scale = QuantParameter::Of(ctx, 4);
  state.b_zero = QuantParameter::Of(ctx, 5);
  state.y_scale = QuantParameter::Of(ctx, 6);
  state.y_zero = QuantParameter::Of(ctx, 7);
  for (const size_t i : {1, 2}) {
    ONNXIFI_RETURN_IF_ERROR(CheckLineParameter(ctx, i, 0, 1));
  }
  for (const size_t i : {4, 5}) {
    ONNXIFI_RETURN_IF_ERROR(CheckLineParameter(ctx, i, state.b, 2));
  }
  for (const auto* p : {&state.y_scale, &state.y_zero}) {
    if (p->count != 1) return ShapeError(ctx, "y is scaled by one number");
  }
  RunFn fn = nullptr;
  DispatchBytes(ctx.in(0).type, ctx.in(3).type,
                [&]<typename A, typename B>() { fn = &RunLinear<A, B>; });
  ONNXIFI_RETURN_IF_ERROR(
      ctx.SetOutput(0, {ctx.in(7).type, state.node.output}));
  ctx.SetStepState(fn, std::move(state));
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(qlinear_matmul,
                   {.op = "QLinearMatMul",
                    .supports = &SupportsLinear,
                    .prepare = &PrepareLinear},
                   {.op = "MatMulInteger",
                    .supports = &SupportsInteger,
                    .prepare = &PrepareInteger});

}  // namespace onnxifi::cpu
