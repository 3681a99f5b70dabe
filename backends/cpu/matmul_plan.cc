#include "backends/cpu/matmul_plan.h"

#include <algorithm>
#include <cstring>
#include <memory>

#include "backends/common/ops/op_util.h"
#include "backends/cpu/aligned_floats.h"
#include "backends/cpu/kernels/elementwise_util.h"
#include "backends/cpu/kernels/type_dispatch.h"
#include "base/checked.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {

namespace {

constexpr size_t kAlignment = 64;

// Row and column strides of an input that is broadcast to [m x n].
struct Addend {
  int64_t row = 0;
  int64_t column = 0;
};

struct State {
  MatMulNode node;
  std::shared_ptr<const AlignedFloats> packed;  // null: B is packed by Run
  AlignedFloats bias;
  Addend addend;
  std::vector<int64_t> packed_offsets;
  size_t a_scratch = 0;  // bytes before the packed B in the scratch memory
};

// Start values of C from the broadcast addend.
template <typename T>
void FillAddend(const State& s, const T* c, T* out, ThreadPool& pool) {
  const auto [m, n, k] = s.node.shape;
  const auto beta = static_cast<T>(s.node.beta);
  pool.ParallelRange(m, CeilDiv(kElementGrain, std::max<int64_t>(1, n)),
                     [&, n = n](int64_t begin, int64_t end) {
                       for (int64_t i = begin; i < end; ++i) {
                         const T* row = c + i * s.addend.row;
                         for (int64_t j = 0; j < n; ++j) {
                           out[i * n + j] = beta * row[j * s.addend.column];
                         }
                       }
                     });
}

onnxStatus RunFloat(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  const MatMulNode& node = s.node;
  GemmBatch batch;
  batch.shape = node.shape;
  batch.count = node.count;
  batch.a = static_cast<const float*>(args.in[0]);
  batch.a_offsets = node.a_offsets.data();
  batch.c = static_cast<float*>(args.out[0]);
  batch.activation = node.activation;
  batch.bias = s.bias.empty() ? nullptr : s.bias.data();
  char* scratch = static_cast<char*>(args.scratch);
  if (node.transpose_a) {
    float* transposed = reinterpret_cast<float*>(scratch);
    TransposeMatrix(batch.a, node.shape.k, node.shape.m, transposed,
                    *args.pool);
    batch.a = transposed;
  }
  if (s.packed != nullptr) {
    batch.packed = s.packed->data();
  } else {
    float* packed = reinterpret_cast<float*>(scratch + s.a_scratch);
    const float* b = static_cast<const float*>(args.in[1]);
    const int64_t size = node.shape.k * node.shape.n;
    const int64_t packed_size =
        static_cast<int64_t>(PackedFloats(node.shape.k, node.shape.n));
    const int64_t row = node.transpose_b ? 1 : node.shape.n;
    const int64_t column = node.transpose_b ? node.shape.k : 1;
    if (node.b_matrices == 1) {
      PackMatrix(b, row, column, node.shape, node.alpha, *args.pool, packed);
    } else {
      const int64_t panels = PanelCount(node.shape.n);
      args.pool->ParallelRange(
          node.b_matrices,
          CeilDiv(kElementGrain, std::max<int64_t>(1, packed_size)),
          [&](int64_t begin, int64_t end) {
            for (int64_t i = begin; i < end; ++i) {
              PackPanels(b + i * size, row, column, node.shape, node.alpha, 0,
                         panels, packed + i * packed_size);
            }
          });
    }
    batch.packed = packed;
  }
  batch.b_offsets = s.packed_offsets.data();
  if (node.addend_input >= 0) {
    FillAddend(s,
               static_cast<const float*>(
                   args.in[static_cast<size_t>(node.addend_input)]),
               batch.c, *args.pool);
    batch.accumulate = true;
  }
  RunGemmBatch(batch, *args.pool);
  return ONNXIFI_STATUS_SUCCESS;
}

// Any other type: widened to Acc element by element.
template <typename T, typename Acc>
onnxStatus RunSimple(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  const MatMulNode& node = s.node;
  const auto [m, n, k] = node.shape;
  const T* a = static_cast<const T*>(args.in[0]);
  const T* b = static_cast<const T*>(args.in[1]);
  const T* c = node.addend_input < 0
                   ? nullptr
                   : static_cast<const T*>(
                         args.in[static_cast<size_t>(node.addend_input)]);
  T* out = static_cast<T*>(args.out[0]);
  const auto widen = [](T x) -> Acc {
    if constexpr (std::is_class_v<T>) {
      return ToFloat(x);
    } else {
      return static_cast<Acc>(x);
    }
  };
  const auto narrow = [](Acc x) -> T {
    if constexpr (std::is_class_v<T>) {
      return FromFloat<T>(x);
    } else {
      return static_cast<T>(x);
    }
  };
  args.pool->ParallelRange(
      node.count * m, 1, [&, m = m, n = n, k = k](int64_t begin, int64_t end) {
        for (int64_t r = begin; r < end; ++r) {
          const size_t product = static_cast<size_t>(r / m);
          const int64_t i = r % m;
          const T* left = a + node.a_offsets[product];
          const T* right = b + node.b_offsets[product];
          for (int64_t j = 0; j < n; ++j) {
            Acc sum{};
            for (int64_t p = 0; p < k; ++p) {
              sum +=
                  widen(node.transpose_a ? left[p * m + i] : left[i * k + p]) *
                  widen(node.transpose_b ? right[j * k + p] : right[p * n + j]);
            }
            if (node.alpha != 1.0f) sum = static_cast<Acc>(node.alpha * sum);
            if (c != nullptr) {
              Acc start = widen(c[i * s.addend.row + j * s.addend.column]);
              if (node.beta != 1.0f) {
                start = static_cast<Acc>(node.beta * start);
              }
              sum += start;
            }
            out[r * n + j] = narrow(sum);
          }
        }
      });
  return ONNXIFI_STATUS_SUCCESS;
}

RunFn SimpleFor(graph::DataType type) {
  RunFn fn = nullptr;
  DispatchType<TypeList<Float16, Bfloat16>>(
      type, [&]<typename T>() { fn = &RunSimple<T, float>; });
  DispatchType<TypeList<double, int32_t, int64_t, uint32_t, uint64_t, int8_t,
                        uint8_t, int16_t, uint16_t>>(type, [&]<typename T>() {
    if constexpr (std::is_same_v<T, double>) {
      fn = &RunSimple<double, double>;
    } else {
      // Unsigned sums wrap as ONNX's integers do.
      fn = &RunSimple<
          T, std::conditional_t<std::is_signed_v<T>, int64_t, uint64_t>>;
    }
  });
  return fn;
}

Status ReadAddend(const PrepareContext& ctx, const MatMulNode& node,
                  Addend* addend) {
  const size_t input = static_cast<size_t>(node.addend_input);
  const graph::Shape& dims = ctx.in(input).dims;
  const auto fits = [](int64_t have, int64_t want) {
    return have == want || have == 1;
  };
  const int64_t columns = dims.empty() ? 1 : dims.back();
  const int64_t rows = dims.size() < 2 ? 1 : dims[dims.size() - 2];
  if (dims.size() > 2 || !fits(columns, node.shape.n) ||
      !fits(rows, node.shape.m)) {
    return ShapeError(ctx, StrCat("input ", input, " of shape ",
                                  ShapeText(dims), " does not broadcast to ",
                                  node.shape.m, "x", node.shape.n));
  }
  addend->column = columns == 1 ? 0 : 1;
  addend->row = rows == 1 ? 0 : columns;
  return Status::Ok();
}

Status PackConstantB(PrepareContext& ctx, const graph::TensorData& b,
                     State* state) {
  const MatMulNode& node = state->node;
  const size_t one = PackedFloats(node.shape.k, node.shape.n);
  ONNXIFI_ASSIGN_OR_RETURN(
      state->packed,
      ctx.packed().GetOrMake<AlignedFloats>(
          StrCat(ctx.output(0).name, "/packed_b"),
          [&]() -> Result<std::shared_ptr<const AlignedFloats>> {
            auto packed = std::make_shared<AlignedFloats>();
            ONNXIFI_RETURN_IF_ERROR(
                packed->Allocate(one * static_cast<size_t>(node.b_matrices)));
            for (int64_t i = 0; i < node.b_matrices; ++i) {
              PackMatrix(static_cast<const char*>(b.data) +
                             i * node.shape.k * node.shape.n * 4,
                         node.transpose_b ? 1 : node.shape.n,
                         node.transpose_b ? node.shape.k : 1, node.shape,
                         node.alpha, ctx.pool(),
                         packed->data() + static_cast<size_t>(i) * one);
            }
            return std::shared_ptr<const AlignedFloats>(packed);
          }));
  ctx.ReleaseInput(1);
  return Status::Ok();
}

Status PlanFloat(PrepareContext& ctx, State state) {
  MatMulNode& node = state.node;
  const size_t one = PackedFloats(node.shape.k, node.shape.n);
  const int64_t size = std::max<int64_t>(1, node.shape.k * node.shape.n);
  for (const int64_t offset : node.b_offsets) {
    state.packed_offsets.push_back(offset / size * static_cast<int64_t>(one));
  }
  if (node.transpose_a) {
    state.a_scratch = RoundUp(
        static_cast<size_t>(node.shape.m * node.shape.k) * sizeof(float),
        kAlignment);
  }
  if (const graph::TensorData* b = ctx.ConstantIn(1); b != nullptr) {
    ONNXIFI_RETURN_IF_ERROR(PackConstantB(ctx, *b, &state));
    ctx.BookScratch(state.a_scratch);
  } else {
    size_t bytes = 0;
    if (!CheckedMul(one * sizeof(float), static_cast<size_t>(node.b_matrices),
                    &bytes)) {
      return ShapeError(ctx, "the operands are too large");
    }
    ctx.BookScratch(state.a_scratch + bytes);
  }
  if (node.bias_input >= 0) {
    const size_t input = static_cast<size_t>(node.bias_input);
    const graph::TensorData* bias = ctx.ConstantIn(input);
    ONNXIFI_RETURN_IF_ERROR(
        state.bias.Allocate(static_cast<size_t>(PaddedColumns(node.shape.n))));
    std::memcpy(state.bias.data(), bias->data, bias->bytes);
    for (int64_t j = 0; j < node.shape.n; ++j) {
      state.bias.data()[j] *= node.beta;
    }
    ctx.ReleaseInput(input);
  }
  ctx.SetStep(&RunFloat, std::make_shared<const State>(std::move(state)));
  return Status::Ok();
}

}  // namespace

Status ReadMatMulShapes(const PrepareContext& ctx, MatMulNode* node,
                        size_t b_input) {
  graph::Shape a = ctx.in(0).dims;
  graph::Shape b = ctx.in(b_input).dims;
  const auto mismatch = [&] {
    return ShapeError(ctx, StrCat("cannot multiply ", ShapeText(ctx.in(0).dims),
                                  " by ", ShapeText(ctx.in(b_input).dims)));
  };
  if (a.empty() || b.empty()) return mismatch();
  const bool vector_a = a.size() == 1;
  const bool vector_b = b.size() == 1;
  if (vector_a) a.insert(a.begin(), 1);
  if (vector_b) b.push_back(1);
  node->shape.m = a[a.size() - 2];
  node->shape.k = a.back();
  node->shape.n = b.back();
  if (b[b.size() - 2] != node->shape.k) return mismatch();
  a.resize(a.size() - 2);
  b.resize(b.size() - 2);
  node->b_matrices = Product(b);
  // One matrix B for all: the rows of every A form one tall matrix.
  if (node->b_matrices == 1 && b.size() <= a.size()) {
    node->output = a;
    node->shape.m *= Product(a);
    if (!vector_a) node->output.push_back(ctx.in(0).dims[a.size()]);
    if (!vector_b) node->output.push_back(node->shape.n);
    node->a_offsets = {0};
    node->b_offsets = {0};
    return Status::Ok();
  }
  const size_t rank = std::max(a.size(), b.size());
  a.insert(a.begin(), rank - a.size(), 1);
  b.insert(b.begin(), rank - b.size(), 1);
  for (size_t i = 0; i < rank; ++i) {
    if (a[i] != b[i] && a[i] != 1 && b[i] != 1) return mismatch();
    node->output.push_back(a[i] == 1 ? b[i] : a[i]);
  }
  ONNXIFI_ASSIGN_OR_RETURN(node->count, graph::ElementCount(node->output));
  const graph::Shape a_strides = RowMajorStrides(a);
  const graph::Shape b_strides = RowMajorStrides(b);
  const graph::Shape batch = node->output;
  for (int64_t i = 0; i < node->count; ++i) {
    int64_t rest = i;
    int64_t a_index = 0;
    int64_t b_index = 0;
    for (size_t d = rank; d-- > 0;) {
      const int64_t at = rest % batch[d];
      rest /= batch[d];
      if (a[d] != 1) a_index += at * a_strides[d];
      if (b[d] != 1) b_index += at * b_strides[d];
    }
    node->a_offsets.push_back(a_index * node->shape.m * node->shape.k);
    node->b_offsets.push_back(b_index * node->shape.k * node->shape.n);
  }
  if (!vector_a) node->output.push_back(node->shape.m);
  if (!vector_b) node->output.push_back(node->shape.n);
  return Status::Ok();
}

Status PlanMatMul(PrepareContext& ctx, MatMulNode node) {
  const graph::DataType type = ctx.in(0).type;
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {type, node.output}));
  State state;
  if (node.addend_input >= 0) {
    ONNXIFI_RETURN_IF_ERROR(ReadAddend(ctx, node, &state.addend));
    const size_t input = static_cast<size_t>(node.addend_input);
    // A constant row is cheapest as the start value of the accumulators.
    if (type == graph::DataType::kFloat && state.addend.row == 0 &&
        state.addend.column == 1 && ctx.ConstantIn(input) != nullptr) {
      node.bias_input = node.addend_input;
      node.addend_input = -1;
    }
  }
  state.node = std::move(node);
  if (type == graph::DataType::kFloat) {
    return PlanFloat(ctx, std::move(state));
  }
  ctx.SetStep(SimpleFor(type), std::make_shared<const State>(std::move(state)));
  return Status::Ok();
}

}  // namespace onnxifi::cpu
