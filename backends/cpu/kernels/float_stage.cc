#include "backends/cpu/kernels/float_stage.h"

#include <cmath>
#include <limits>

#include "backends/cpu/kernels/number_bytes.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {

namespace {

constexpr int64_t kGrain = 1 << 14;

template <typename T, typename F>
T FromStage(F value) {
  if constexpr (std::is_integral_v<T>) {
    if (std::isnan(value)) return 0;
    const double rounded = std::nearbyint(static_cast<double>(value));
    if (rounded <= static_cast<double>(std::numeric_limits<T>::min())) {
      return std::numeric_limits<T>::min();
    }
    if (rounded >= static_cast<double>(std::numeric_limits<T>::max())) {
      return std::numeric_limits<T>::max();
    }
    return static_cast<T>(rounded);
  } else {
    return Narrow<T>(static_cast<Compute<T>>(value));
  }
}

}  // namespace

Status CheckOneType(const PrepareContext& ctx,
                    std::initializer_list<size_t> inputs) {
  for (const size_t i : inputs) {
    if (ctx.HasInput(i) && ctx.in(i).type != ctx.in(0).type) {
      return NodeError(
          ctx, ONNXIFI_STATUS_MISMATCHING_DATATYPE,
          StrCat("input ", i, " is ", graph::DataTypeName(ctx.in(i).type),
                 ", input 0 ", graph::DataTypeName(ctx.in(0).type)));
    }
  }
  return Status::Ok();
}

template <typename F>
const F* AsFloat(DataType type, const void* in, int64_t count, F* buffer,
                 ThreadPool* pool) {
  if (type == kDataTypeOf<F>) return static_cast<const F*>(in);
  DispatchType<StageTypes>(type, [&]<typename T>() {
    pool->ParallelRange(count, kGrain, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        buffer[i] = static_cast<F>(Widen(LoadAt<T>(in, i)));
      }
    });
  });
  return buffer;
}

template <typename F>
void StoreFloat(DataType type, const F* from, void* out, int64_t count,
                ThreadPool* pool) {
  if (type == kDataTypeOf<F>) return;
  DispatchType<StageTypes>(type, [&]<typename T>() {
    pool->ParallelRange(count, kGrain, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        StoreAt<T>(out, i, FromStage<T>(from[i]));
      }
    });
  });
}

template const float* AsFloat(DataType, const void*, int64_t, float*,
                              ThreadPool*);
template const double* AsFloat(DataType, const void*, int64_t, double*,
                               ThreadPool*);
template void StoreFloat(DataType, const float*, void*, int64_t, ThreadPool*);
template void StoreFloat(DataType, const double*, void*, int64_t, ThreadPool*);

}  // namespace onnxifi::cpu
