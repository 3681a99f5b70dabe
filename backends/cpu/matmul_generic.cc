#include "backends/cpu/matmul_generic.h"

#include <type_traits>

#include "backends/cpu/kernels/type_dispatch.h"

namespace onnxifi::cpu {

namespace {

template <typename T>
auto Widen(T x) {
  if constexpr (std::is_same_v<T, Float16> || std::is_same_v<T, Bfloat16>) {
    return ToFloat(x);
  } else if constexpr (std::is_integral_v<T>) {
    return static_cast<std::make_unsigned_t<T>>(x);  // wraps, never UB
  } else {
    return x;
  }
}

template <typename T, typename Sum>
T Narrow(Sum x) {
  if constexpr (std::is_same_v<T, Float16>) {
    return ToFloat16(x);
  } else if constexpr (std::is_same_v<T, Bfloat16>) {
    return ToBfloat16(x);
  } else {
    return static_cast<T>(x);
  }
}

// sum * alpha + c * beta; integers stay exact where alpha and beta are 1.
template <typename T, typename Sum>
Sum Scale(const MatMulNode& node, Sum sum, const T* c, int64_t at) {
  const Sum add = c != nullptr ? static_cast<Sum>(Widen(c[at])) : Sum{0};
  if (node.alpha == 1 && node.beta == 1) return static_cast<Sum>(sum + add);
  if constexpr (std::is_integral_v<Sum>) {
    using Signed = std::make_signed_t<Sum>;
    const double value = static_cast<double>(node.alpha) *
                             static_cast<double>(static_cast<Signed>(sum)) +
                         static_cast<double>(node.beta) *
                             static_cast<double>(static_cast<Signed>(add));
    constexpr double kLimit = 9.2e18;
    const double bounded = value > kLimit    ? kLimit
                           : value < -kLimit ? -kLimit
                                             : value;
    return static_cast<Sum>(
        static_cast<int64_t>(bounded == bounded ? bounded : 0));
  } else {
    return static_cast<Sum>(node.alpha) * sum +
           static_cast<Sum>(node.beta) * add;
  }
}

template <typename T>
onnxStatus Run(const void* state, const RunArgs& args) {
  const MatMulNode& node = *static_cast<const MatMulNode*>(state);
  const T* a = static_cast<const T*>(args.in[0]);
  const T* b = static_cast<const T*>(args.in[1]);
  const T* c = node.has_c ? static_cast<const T*>(args.in[2]) : nullptr;
  T* out = static_cast<T*>(args.out[0]);
  const int64_t rows = static_cast<int64_t>(node.a_of.size()) * node.m;
  const int64_t a_row = node.transposed_a ? 1 : node.k;
  const int64_t a_k = node.transposed_a ? node.m : 1;
  const int64_t b_column = node.transposed_b ? node.k : 1;
  const int64_t b_k = node.transposed_b ? 1 : node.n;
  using Sum = decltype(Widen(T{}));
  args.pool->ParallelRange(rows, 1, [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) {
      const size_t matrix = static_cast<size_t>(r / node.m);
      const int64_t i = r % node.m;
      const T* const ai = a + node.a_of[matrix] * node.m * node.k + i * a_row;
      const T* const bi = b + node.b_of[matrix] * node.k * node.n;
      for (int64_t j = 0; j < node.n; ++j) {
        Sum sum{0};
        for (int64_t k = 0; k < node.k; ++k) {
          sum = static_cast<Sum>(sum + Widen(ai[k * a_k]) *
                                           Widen(bi[k * b_k + j * b_column]));
        }
        sum = Scale<T, Sum>(node, sum, c, i * node.c_row + j * node.c_column);
        out[r * node.n + j] = Narrow<T, Sum>(sum);
      }
    }
  });
  return ONNXIFI_STATUS_SUCCESS;
}

}  // namespace

Status PlanGenericMatMul(PrepareContext& ctx, MatMulNode node) {
  using Types =
      ConcatTypes<TypeList<double, Float16, Bfloat16>,
                  TypeList<int32_t, int64_t, uint32_t, uint64_t>>::Type;
  RunFn fn = nullptr;
  if (!DispatchType<Types>(ctx.in(0).type,
                           [&]<typename T>() { fn = &Run<T>; })) {
    return Status(ONNXIFI_STATUS_UNSUPPORTED_DATATYPE,
                  "no product kernel for this type");
  }
  ctx.SetStepState(fn, std::move(node));
  return Status::Ok();
}

}  // namespace onnxifi::cpu
