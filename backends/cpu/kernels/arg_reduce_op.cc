#include "backends/cpu/kernels/arg_reduce_op.h"

#include <algorithm>
#include <utility>

#include "backends/cpu/kernels/elementwise_util.h"
#include "backends/cpu/kernels/reduce_kernel.h"

namespace onnxifi::cpu {

namespace {

// Columns that are searched together, so that memory is read in order.
constexpr int64_t kColumns = 128;

struct State;
using ArgFn = void (*)(const State& state, const void* in, int64_t* out,
                       int64_t first, int64_t count);

struct State {
  ArgFn fn = nullptr;
  int64_t outer = 1;
  int64_t size = 0;   // of the axis
  int64_t inner = 1;  // elements behind the axis
  ReduceKernel fold;  // for rows that lie together
};

// Values compare as float when they are stored as something smaller.
template <typename T>
auto Comparable(T value) {
  if constexpr (std::is_arithmetic_v<T>) {
    return value;
  } else {
    return ToFloat(value);
  }
}

template <typename V, bool kMax, bool kLast>
bool Wins(V value, V best) {
  if (value != value) return kLast || best == best;
  if (kLast && value == best) return true;
  return kMax ? value > best : value < best;
}

template <typename T, bool kMax, bool kLast>
void Search(const State& s, const void* in, int64_t* out, int64_t first,
            int64_t count) {
  using V = decltype(Comparable(T{}));
  const T* x = static_cast<const T*>(in) + first / s.inner * s.inner * s.size +
               first % s.inner;
  V best[kColumns];
  for (int64_t c = 0; c < count; ++c) {
    best[c] = Comparable(x[c]);
    out[first + c] = 0;
  }
  for (int64_t i = 1; i < s.size; ++i) {
    x += s.inner;
    for (int64_t c = 0; c < count; ++c) {
      const V value = Comparable(x[c]);
      if (Wins<V, kMax, kLast>(value, best[c])) {
        best[c] = value;
        out[first + c] = i;
      }
    }
  }
}

// Where `value` (or a NaN, when it is one) stands first or last in a row that
// holds it.
template <typename T, bool kLast>
int64_t Locate(const T* x, int64_t count, T value) {
  constexpr int64_t kBlock = 64;  // looked through without a branch
  const bool nan = value != value;
  const auto hit = [=](T v) { return nan ? v != v : v == value; };
  const int64_t blocks = (count + kBlock - 1) / kBlock;
  for (int64_t n = 0; n < blocks; ++n) {
    const int64_t begin = (kLast ? blocks - 1 - n : n) * kBlock;
    const int64_t end = std::min(begin + kBlock, count);
    int any = 0;
    if (nan) {
      for (int64_t i = begin; i < end; ++i) any |= x[i] != x[i];
    } else {
      for (int64_t i = begin; i < end; ++i) any |= x[i] == value;
    }
    if (any == 0) continue;
    if (kLast) {
      for (int64_t i = end; i-- > begin;) {
        if (hit(x[i])) return i;
      }
    } else {
      for (int64_t i = begin; i < end; ++i) {
        if (hit(x[i])) return i;
      }
    }
  }
  return 0;
}

// Rows that lie together: the value first, then its place.
template <typename T, bool kLast>
void SearchRow(const State& s, const void* in, int64_t* out, int64_t first,
               int64_t count) {
  const T* x = static_cast<const T*>(in) + first * s.size;
  for (int64_t c = 0; c < count; ++c, x += s.size) {
    T best{};
    s.fold.clear(&best, 1);
    s.fold.row(x, s.size, &best, nullptr);
    out[first + c] = Locate<T, kLast>(x, s.size, best);
  }
}

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  const int64_t block = std::min(kColumns, s.inner);
  const int64_t blocks = block == 0 ? 0 : (s.inner + block - 1) / block;
  args.pool->ParallelRange(
      s.outer * blocks, kElementGrain / (s.size * std::max<int64_t>(block, 1)),
      [&](int64_t begin, int64_t end) {
        for (int64_t item = begin; item < end; ++item) {
          const int64_t start = item % blocks * block;
          s.fn(s, args.in[0], static_cast<int64_t*>(args.out[0]),
               item / blocks * s.inner + start,
               std::min(block, s.inner - start));
        }
      });
  return ONNXIFI_STATUS_SUCCESS;
}

// Types whose maximum and minimum are found by vectors.
using RowTypes = TypeList<float, double, int8_t, uint8_t, int32_t, uint32_t,
                          int64_t, uint64_t>;

ArgFn FindRowSearch(DataType type, bool last) {
  ArgFn fn = nullptr;
  DispatchType<RowTypes>(type, [&]<typename T>() {
    fn = last ? &SearchRow<T, true> : &SearchRow<T, false>;
  });
  return fn;
}

ArgFn FindSearch(DataType type, bool max, bool last) {
  ArgFn fn = nullptr;
  DispatchType<NumericTypes>(type, [&]<typename T>() {
    if (max) {
      fn = last ? &Search<T, true, true> : &Search<T, true, false>;
    } else {
      fn = last ? &Search<T, false, true> : &Search<T, false, false>;
    }
  });
  return fn;
}

}  // namespace

Reject SupportsArgReduce(const NodeView& node) {
  return RequireTypeIn<NumericTypes>(node, 0);
}

Status PrepareArgReduce(PrepareContext& ctx, bool max) {
  const TensorDesc in = ctx.in(0);
  ONNXIFI_ASSIGN_OR_RETURN(
      const size_t axis,
      NormalizeAxis(ctx, ctx.attrs().Int("axis", 0), in.dims.size()));
  const std::span<const int64_t> dims = in.dims;
  State state;
  state.fn =
      FindSearch(in.type, max, ctx.attrs().Int("select_last_index", 0) != 0);
  state.outer = Product(dims.first(axis));
  state.size = dims[axis];
  state.inner = Product(dims.subspan(axis + 1));
  if (state.inner == 1) {
    state.fold = FindReduce(max ? ReduceOp::kMax : ReduceOp::kMin, in.type);
    const ArgFn fn =
        FindRowSearch(in.type, ctx.attrs().Int("select_last_index", 0) != 0);
    if (state.fold.row != nullptr && fn != nullptr) state.fn = fn;
  }
  if (state.size == 0) {
    return ShapeError(ctx, "the axis is empty: there is no index to return");
  }
  Shape out = in.dims;
  if (ctx.attrs().Int("keepdims", 1) != 0) {
    out[axis] = 1;
  } else {
    out.erase(out.begin() + static_cast<int64_t>(axis));
  }
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {DataType::kInt64, out}));
  ctx.SetStepState(&Run, state);
  return Status::Ok();
}

}  // namespace onnxifi::cpu
