#include <utility>

#include "backends/cpu/kernels/elementwise_util.h"
#include "backends/cpu/kernels/ml_node.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

struct State {
  DataType type = DataType::kFloat;
  int64_t rows = 1;
  int64_t columns = 1;
  float replaced_float = 0;
  int64_t replaced_int = 0;
  std::vector<float> floats;  // one per feature; of the input's own kind
  std::vector<int64_t> ints;
};

Reject Supports(const NodeView& n) { return RequireTypeIn<FeatureTypes>(n, 0); }

template <typename T>
Status Spread(const NodeView& n, const char* name, std::span<const T> given,
              int64_t columns, std::vector<T>* out) {
  const auto count = static_cast<int64_t>(given.size());
  if (count == 0 || (count != 1 && count != columns)) {
    return InvalidNode(n, StrCat("attribute '", name, "' has ", count,
                                 " elements for ", columns, " features"));
  }
  out->assign(static_cast<size_t>(columns), given[0]);
  if (count == columns) out->assign(given.begin(), given.end());
  return Status::Ok();
}

// A NaN that is to be replaced stands for every NaN.
template <typename T>
bool Matches(T value, const State& s) {
  if constexpr (std::is_integral_v<T>) {
    return static_cast<int64_t>(value) == s.replaced_int;
  } else {
    const T replaced = s.replaced_float;
    return value == replaced || (value != value && replaced != replaced);
  }
}

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  DispatchType<FeatureTypes>(s.type, [&]<typename T>() {
    const T* const in = static_cast<const T*>(args.in[0]);
    T* const out = static_cast<T*>(args.out[0]);
    args.pool->ParallelRange(s.rows, kElementGrain / (s.columns + 1) + 1,
                             [&](int64_t begin, int64_t end) {
                               for (int64_t row = begin; row < end; ++row) {
                                 for (int64_t i = 0; i < s.columns; ++i) {
                                   const int64_t at = row * s.columns + i;
                                   const auto column = static_cast<size_t>(i);
                                   T value = in[at];
                                   if (Matches(value, s)) {
                                     if constexpr (std::is_integral_v<T>) {
                                       value = static_cast<T>(s.ints[column]);
                                     } else {
                                       value = s.floats[column];
                                     }
                                   }
                                   out[at] = value;
                                 }
                               }
                             });
  });
  return ONNXIFI_STATUS_SUCCESS;
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc& in = ctx.in(0);
  const graph::AttrReader attrs = ctx.attrs();
  State s;
  s.type = in.type;
  s.columns = in.dims.empty() ? 1 : in.dims.back();
  s.rows = s.columns == 0 ? 0 : Product(in.dims) / s.columns;
  s.replaced_float = attrs.Float("replaced_value_float", 0);
  s.replaced_int = attrs.Int("replaced_value_int64", 0);
  if (in.type == DataType::kFloat || in.type == DataType::kDouble) {
    ONNXIFI_RETURN_IF_ERROR(Spread(ctx, "imputed_value_floats",
                                   attrs.Floats("imputed_value_floats"),
                                   s.columns, &s.floats));
  } else {
    ONNXIFI_RETURN_IF_ERROR(Spread(ctx, "imputed_value_int64s",
                                   attrs.Ints("imputed_value_int64s"),
                                   s.columns, &s.ints));
  }
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, in));
  ctx.AllowInPlace(0, 0);
  ctx.SetStepState(&Run, std::move(s));
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(imputer, {.domain = kMlDomain,
                             .op = "Imputer",
                             .supports = &Supports,
                             .prepare = &Prepare});

}  // namespace onnxifi::cpu
