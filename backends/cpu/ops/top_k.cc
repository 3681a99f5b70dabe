#include <algorithm>
#include <array>
#include <numeric>
#include <type_traits>

#include "backends/common/ops/op_util.h"
#include "backends/cpu/kernels/number_bytes.h"
#include "backends/cpu/kernels/type_dispatch.h"
#include "base/checked.h"

namespace onnxifi::cpu {
namespace {

struct State {
  DataType type = DataType::kFloat;
  int64_t outer = 1;
  int64_t dim = 0;
  int64_t inner = 1;
  int64_t k = 0;
  int64_t lanes = 1;  // rows worked on at once, each with its own scratch
  bool largest = true;
  bool has_values = true;
  bool has_indices = true;
};

Reject Supports(const NodeView& n) {
  if (!HasType<NumericTypes>(n.input_type(0))) {
    return {RejectReason::kDataType, "input 0"};
  }
  return n.opset() >= 10 ? RequireKnown(n, 1) : Reject();
}

// NaN counts as the largest value, so that the order is always total.
template <typename T>
bool Greater(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    if (a != a) return b == b;
    if (b != b) return false;
  }
  return a > b;
}

// Up to this k, an insertion into a short list costs less than sorting.
constexpr int64_t kShortList = 64;

// A dense row of plain numbers: keeps the best k in order while looking at
// whole blocks, of which hardly any has something better after the first few.
template <typename T>
void RunShort(const State& s, int64_t row, const RunArgs& args) {
  const T* x = static_cast<const T*>(args.in[0]) + row * s.dim;
  const auto better = [&](T a, T b) {
    return s.largest ? Greater(a, b) : Greater(b, a);
  };
  std::array<T, kShortList> values;
  std::array<int64_t, kShortList> places;
  int64_t held = 0;
  const auto offer = [&](int64_t i) {
    if (held == s.k && !better(x[i], values[static_cast<size_t>(held - 1)])) {
      return;
    }
    int64_t at = held < s.k ? held++ : held - 1;
    for (; at > 0 && better(x[i], values[static_cast<size_t>(at - 1)]); --at) {
      values[static_cast<size_t>(at)] = values[static_cast<size_t>(at - 1)];
      places[static_cast<size_t>(at)] = places[static_cast<size_t>(at - 1)];
    }
    values[static_cast<size_t>(at)] = x[i];
    places[static_cast<size_t>(at)] = i;
  };
  int64_t i = 0;
  for (; i < s.k; ++i) offer(i);
  constexpr int64_t kBlock = 32;
  for (; i + kBlock <= s.dim; i += kBlock) {
    const T worst = values[static_cast<size_t>(held - 1)];
    int any = 0;  // NaN always counts: offer decides
    if (s.largest) {
      for (int64_t j = 0; j < kBlock; ++j) any |= !(x[i + j] <= worst);
    } else {
      for (int64_t j = 0; j < kBlock; ++j) any |= !(x[i + j] >= worst);
    }
    if (any == 0) continue;
    for (int64_t j = 0; j < kBlock; ++j) offer(i + j);
  }
  for (; i < s.dim; ++i) offer(i);
  for (int64_t n = 0; n < s.k; ++n) {
    const auto from = static_cast<size_t>(n);
    if (s.has_values) StoreAt<T>(args.out[0], row * s.k + n, values[from]);
    if (s.has_indices) {
      StoreAt<int64_t>(args.out[1], row * s.k + n, places[from]);
    }
  }
}

template <typename T>
void RunRow(const State& s, int64_t row, int64_t* order, const RunArgs& args) {
  const int64_t start = row / s.inner * s.dim * s.inner + row % s.inner;
  const auto value = [&](int64_t i) {
    return Widen(LoadAt<T>(args.in[0], start + i * s.inner));
  };
  std::iota(order, order + s.dim, int64_t{0});
  // Equal values keep the order of their indices.
  std::partial_sort(
      order, order + s.k, order + s.dim, [&](int64_t a, int64_t b) {
        const auto left = value(a);
        const auto right = value(b);
        if (s.largest ? Greater(left, right) : Greater(right, left)) {
          return true;
        }
        if (s.largest ? Greater(right, left) : Greater(left, right)) {
          return false;
        }
        return a < b;
      });
  const int64_t to = row / s.inner * s.k * s.inner + row % s.inner;
  for (int64_t i = 0; i < s.k; ++i) {
    const int64_t at = to + i * s.inner;
    if (s.has_values) {
      StoreAt<T>(args.out[0], at,
                 LoadAt<T>(args.in[0], start + order[i] * s.inner));
    }
    if (s.has_indices) StoreAt<int64_t>(args.out[1], at, order[i]);
  }
}

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  int64_t* scratch = static_cast<int64_t*>(args.scratch);
  const int64_t rows = s.outer * s.inner;
  DispatchType<NumericTypes>(s.type, [&]<typename T>() {
    args.pool->ParallelFor(s.lanes, [&](int64_t lane) {
      for (int64_t row = lane; row < rows; row += s.lanes) {
        if constexpr (std::is_arithmetic_v<T>) {
          if (s.inner == 1 && s.k > 0 && s.k <= kShortList) {
            RunShort<T>(s, row, args);
            continue;
          }
        }
        RunRow<T>(s, row, scratch + lane * s.dim, args);
      }
    });
  });
  return ONNXIFI_STATUS_SUCCESS;
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc& in = ctx.in(0);
  ONNXIFI_ASSIGN_OR_RETURN(
      const size_t axis,
      NormalizeAxis(ctx, ctx.attrs().Int("axis", -1), in.dims.size()));
  State s;
  Shape dims = in.dims;
  if (ctx.opset() < 10) {
    dims[axis] = ctx.attrs().Int("k", -1);
  } else {
    ONNXIFI_ASSIGN_OR_RETURN(const std::vector<int64_t> k, ctx.ConstantInts(1));
    dims[axis] = k.size() == 1 ? k[0] : -1;
  }
  if (dims[axis] < 0 || dims[axis] > in.dims[axis]) {
    return ShapeError(ctx, "k is outside [0, size of the axis]");
  }
  const std::span<const int64_t> all(in.dims);
  s.type = in.type;
  s.outer = Product(all.first(axis));
  s.dim = in.dims[axis];
  s.inner = Product(all.subspan(axis + 1));
  s.k = dims[axis];
  s.largest = ctx.attrs().Int("largest", 1) != 0;
  s.has_values = ctx.HasOutput(0);
  s.has_indices = ctx.HasOutput(1);
  const int64_t work = s.outer * s.inner * s.dim;
  s.lanes = std::clamp<int64_t>(std::min(s.outer * s.inner, work / 4096), 1,
                                ctx.pool().threads());
  if (s.has_values) {
    ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {in.type, dims}));
  }
  if (s.has_indices) {
    ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(1, {DataType::kInt64, dims}));
  }
  ctx.BookScratch(static_cast<size_t>(s.lanes * s.dim) * sizeof(int64_t));
  ctx.SetStepState(&Run, s);
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(top_k,
                   {.op = "TopK", .supports = &Supports, .prepare = &Prepare});

}  // namespace onnxifi::cpu
