#include "backends/cpu/kernels/hwy_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backends/cpu/kernels/reduce_kernel.cc"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

#include "backends/cpu/kernels/reduce_kernel.h"
#include "backends/cpu/kernels/type_dispatch.h"
#include "backends/cpu/kernels/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace onnxifi::cpu::HWY_NAMESPACE {

template <typename T>
using Wide =
    std::conditional_t<std::is_floating_point_v<T>, T,
                       std::conditional_t<sizeof(T) == 8, uint64_t, uint32_t>>;

template <typename T>
HWY_INLINE T Plus(T a, T b) {
  return static_cast<T>(static_cast<Wide<T>>(a) + static_cast<Wide<T>>(b));
}
template <typename T>
HWY_INLINE T Times(T a, T b) {
  return static_cast<T>(static_cast<Wide<T>>(a) * static_cast<Wide<T>>(b));
}

template <typename T>
constexpr T Lowest() {
  return std::numeric_limits<T>::has_infinity
             ? static_cast<T>(-std::numeric_limits<T>::infinity())
             : std::numeric_limits<T>::lowest();
}
template <typename T>
constexpr T Highest() {
  return std::numeric_limits<T>::has_infinity
             ? std::numeric_limits<T>::infinity()
             : std::numeric_limits<T>::max();
}

// Map changes an element, Fold joins two accumulators, kStart is neutral.
struct SumFold {
  template <typename T>
  static constexpr T kStart = T{0};
  template <typename T>
  static HWY_INLINE T Map(T x) {
    return x;
  }
  template <typename T>
  static HWY_INLINE T Fold(T a, T b) {
    return Plus(a, b);
  }
};
struct SumAbsFold : SumFold {
  template <typename T>
  static HWY_INLINE T Map(T x) {
    return x < T{0} ? static_cast<T>(Wide<T>{0} - static_cast<Wide<T>>(x)) : x;
  }
};
struct SumSquareFold : SumFold {
  template <typename T>
  static HWY_INLINE T Map(T x) {
    return Times(x, x);
  }
};
struct ProdFold : SumFold {
  template <typename T>
  static constexpr T kStart = T{1};
  template <typename T>
  static HWY_INLINE T Fold(T a, T b) {
    return Times(a, b);
  }
};
struct MaxFold : SumFold {
  template <typename T>
  static constexpr T kStart = Lowest<T>();
  template <typename T>
  static HWY_INLINE T Fold(T a, T b) {
    return ((b > a) | (b != b)) ? b : a;
  }
};
struct MinFold : SumFold {
  template <typename T>
  static constexpr T kStart = Highest<T>();
  template <typename T>
  static HWY_INLINE T Fold(T a, T b) {
    return ((b < a) | (b != b)) ? b : a;
  }
};

// Independent lanes let the compiler use vectors and keep rounding errors
// small; their number does not depend on the target, nor does the result.
template <class F, typename T, int64_t kLanes>
void ReduceLanes(const T* x, int64_t count, T* acc) {
  T lanes[kLanes];
  for (int64_t l = 0; l < kLanes; ++l) lanes[l] = F::template kStart<T>;
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (int64_t l = 0; l < kLanes; ++l) {
      lanes[l] = F::Fold(lanes[l], F::Map(x[i + l]));
    }
  }
  for (int64_t l = 0; i < count; ++i, ++l) {
    lanes[l] = F::Fold(lanes[l], F::Map(x[i]));
  }
  for (int64_t half = kLanes / 2; half > 0; half /= 2) {
    for (int64_t l = 0; l < half; ++l) {
      lanes[l] = F::Fold(lanes[l], lanes[l + half]);
    }
  }
  *acc = F::Fold(*acc, lanes[0]);
}

template <class F, typename T>
void ReduceRow(const void* in, int64_t count, void* acc, const void*) {
  constexpr int64_t kWide = 128 / static_cast<int64_t>(sizeof(T));
  constexpr int64_t kShort = 256;  // where joining many lanes costs too much
  const T* x = static_cast<const T*>(in);
  if (count < kShort) {
    ReduceLanes<F, T, 8>(x, count, static_cast<T*>(acc));
  } else {
    ReduceLanes<F, T, kWide>(x, count, static_cast<T*>(acc));
  }
}

template <class F, typename T>
void ReduceColumns(const void* in, int64_t count, void* acc, const void*) {
  const T* x = static_cast<const T*>(in);
  T* result = static_cast<T*>(acc);
  ONNXIFI_CPU_INDEPENDENT
  for (int64_t i = 0; i < count; ++i) {
    result[i] = F::Fold(result[i], F::Map(x[i]));
  }
}

template <class F, typename T>
void Clear(void* acc, int64_t count) {
  T* result = static_cast<T*>(acc);
  std::fill(result, result + count, F::template kStart<T>);
}

// e^(x[i] - shift), where `step` says whether there is a shift per element.
HWY_INLINE void ExpTile(const float* x, const float* shift, int64_t step,
                        int64_t count, float* out) {
  const hn::ScalableTag<float> d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  for (int64_t i = 0; i < count; ++i) out[i] = x[i] - shift[i * step];
  // `out` is padded to whole vectors.
  for (int64_t i = 0; i < count; i += lanes) {
    hn::StoreU(Exp(d, hn::LoadU(d, out + i)), d, out + i);
  }
}
HWY_INLINE void ExpTile(const double* x, const double* shift, int64_t step,
                        int64_t count, double* out) {
  for (int64_t i = 0; i < count; ++i) {
    out[i] = std::exp(x[i] - shift[i * step]);
  }
}

constexpr int64_t kExpTile = 512;

template <typename T>
void ReduceExpRow(const void* in, int64_t count, void* acc, const void* shift) {
  T tile[kExpTile + HWY_MAX_BYTES / sizeof(T)] = {};
  const T* x = static_cast<const T*>(in);
  for (int64_t i = 0; i < count; i += kExpTile) {
    const int64_t n = std::min(kExpTile, count - i);
    ExpTile(x + i, static_cast<const T*>(shift), 0, n, tile);
    ReduceRow<SumFold, T>(tile, n, acc, nullptr);
  }
}

template <typename T>
void ReduceExpColumns(const void* in, int64_t count, void* acc,
                      const void* shift) {
  T tile[kExpTile + HWY_MAX_BYTES / sizeof(T)] = {};
  for (int64_t i = 0; i < count; i += kExpTile) {
    const int64_t n = std::min(kExpTile, count - i);
    ExpTile(static_cast<const T*>(in) + i, static_cast<const T*>(shift) + i, 1,
            n, tile);
    ReduceColumns<SumFold, T>(tile, n, static_cast<T*>(acc) + i, nullptr);
  }
}

using Floats = TypeList<float, double>;
using Sums =
    ConcatTypes<Floats, TypeList<int32_t, uint32_t, int64_t, uint64_t>>::Type;
using Ordered = ConcatTypes<Sums, TypeList<int8_t, uint8_t>>::Type;

template <class F, typename List>
ReduceKernel Pick(DataType type) {
  ReduceKernel kernel;
  DispatchType<List>(type, [&]<typename T>() {
    kernel = {&ReduceRow<F, T>, &ReduceColumns<F, T>, &Clear<F, T>};
  });
  return kernel;
}

ReduceKernel PickReduce(ReduceOp op, DataType type) {
  switch (op) {
    case ReduceOp::kSum:
      return Pick<SumFold, Sums>(type);
    case ReduceOp::kProd:
      return Pick<ProdFold, Sums>(type);
    case ReduceOp::kMax:
      return Pick<MaxFold, Ordered>(type);
    case ReduceOp::kMin:
      return Pick<MinFold, Ordered>(type);
    case ReduceOp::kSumAbs:
      return Pick<SumAbsFold, Sums>(type);
    case ReduceOp::kSumSquare:
      return Pick<SumSquareFold, Sums>(type);
    case ReduceOp::kSumExp: {
      ReduceKernel kernel;
      DispatchType<Floats>(type, [&]<typename T>() {
        kernel = {&ReduceExpRow<T>, &ReduceExpColumns<T>, &Clear<SumFold, T>};
      });
      return kernel;
    }
  }
  return {};
}

}  // namespace onnxifi::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace onnxifi::cpu {

HWY_EXPORT(PickReduce);

ReduceKernel FindReduce(ReduceOp op, DataType type) {
  return HWY_DYNAMIC_DISPATCH(PickReduce)(op, type);
}

}  // namespace onnxifi::cpu
#endif  // HWY_ONCE
