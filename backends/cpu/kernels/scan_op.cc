#include "backends/cpu/kernels/scan_op.h"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "backends/cpu/kernels/elementwise_util.h"

namespace onnxifi::cpu {

namespace {

using ScanTypes = TypeList<float, double, Float16, Bfloat16, int32_t, int64_t,
                           uint32_t, uint64_t>;

constexpr int64_t kColumns = 128;

// One scan: `count` neighbouring columns, `steps` rows `stride` apart
// (negative when reversed).
struct Lines {
  const void* in;
  void* out;
  int64_t steps;
  int64_t stride;
  int64_t count;
  bool exclusive;
};
using ScanFn = void (*)(const Lines& lines);

struct State {
  ScanFn fn = nullptr;
  Shape dims;
  DataType axis_type = DataType::kInt64;
  bool exclusive = false;
  bool reverse = false;
  int64_t bytes = 0;
};

// Totals of half types are kept in float and rounded once per element;
// integers wrap.
template <typename T>
auto Total(T value) {
  if constexpr (std::is_floating_point_v<T>) {
    return value;
  } else if constexpr (std::is_integral_v<T>) {
    return static_cast<std::make_unsigned_t<T>>(value);
  } else {
    return ToFloat(value);
  }
}

template <typename T, typename V>
T Rounded(V total) {
  if constexpr (std::is_arithmetic_v<T>) {
    return static_cast<T>(total);
  } else {
    return FromFloat<T>(total);
  }
}

template <typename T, bool kProduct>
void Scan(const Lines& lines) {
  using V = decltype(Total(T{}));
  V totals[kColumns];
  for (int64_t c = 0; c < lines.count; ++c) totals[c] = V{kProduct ? 1 : 0};
  const T* x = static_cast<const T*>(lines.in);
  T* y = static_cast<T*>(lines.out);
  for (int64_t i = 0; i < lines.steps; ++i) {
    for (int64_t c = 0; c < lines.count; ++c) {
      const V value = Total(x[c]);
      const V before = totals[c];
      totals[c] = kProduct ? before * value : before + value;
      y[c] = Rounded<T>(lines.exclusive ? before : totals[c]);
    }
    x += lines.stride;
    y += lines.stride;
  }
}

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  const int64_t rank = static_cast<int64_t>(s.dims.size());
  int64_t axis = LoadInt(args.in[1], s.axis_type, 0);
  if (axis < -rank || axis >= rank) return ONNXIFI_STATUS_INTERNAL_ERROR;
  if (axis < 0) axis += rank;
  const std::span<const int64_t> dims = s.dims;
  const size_t a = static_cast<size_t>(axis);
  const int64_t size = dims[a];
  const int64_t inner = Product(dims.subspan(a + 1));
  if (size == 0 || inner == 0) return ONNXIFI_STATUS_SUCCESS;
  const int64_t block = std::min(kColumns, inner);
  const int64_t blocks = (inner + block - 1) / block;
  args.pool->ParallelRange(
      Product(dims.first(a)) * blocks, kElementGrain / (size * block),
      [&](int64_t begin, int64_t end) {
        for (int64_t item = begin; item < end; ++item) {
          const int64_t start = item % blocks * block;
          const int64_t first = item / blocks * size * inner + start +
                                (s.reverse ? (size - 1) * inner : 0);
          s.fn({static_cast<const char*>(args.in[0]) + first * s.bytes,
                static_cast<char*>(args.out[0]) + first * s.bytes, size,
                s.reverse ? -inner : inner, std::min(block, inner - start),
                s.exclusive});
        }
      });
  return ONNXIFI_STATUS_SUCCESS;
}

}  // namespace

Reject SupportsScan(const NodeView& node) {
  if (Reject r = RequireTypeIn<ScanTypes>(node, 0); !r.supported()) return r;
  return RequireType(node, 1, {DataType::kInt32, DataType::kInt64});
}

Status PrepareScan(PrepareContext& ctx, bool product) {
  const TensorDesc in = ctx.in(0);
  if (Product(ctx.in(1).dims) != 1) {
    return ShapeError(ctx, "axis must be one element");
  }
  if (in.dims.empty()) return ShapeError(ctx, "the input is a scalar");
  if (ctx.ConstantIn(1) != nullptr) {
    ONNXIFI_ASSIGN_OR_RETURN(const IntList axis, KnownInts(ctx, 1));
    ONNXIFI_RETURN_IF_ERROR(
        NormalizeAxis(ctx, axis.values[0], in.dims.size()).status());
  }
  State state;
  DispatchType<ScanTypes>(in.type, [&]<typename T>() {
    state.fn = product ? &Scan<T, true> : &Scan<T, false>;
  });
  state.dims = in.dims;
  state.axis_type = ctx.in(1).type;
  state.exclusive = ctx.attrs().Int("exclusive", 0) != 0;
  state.reverse = ctx.attrs().Int("reverse", 0) != 0;
  state.bytes = static_cast<int64_t>(ElementBytes(in.type));
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, in));
  ctx.AllowInPlace(0, 0);
  ctx.SetStepState(&Run, std::move(state));
  return Status::Ok();
}

}  // namespace onnxifi::cpu
