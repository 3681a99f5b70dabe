#include <algorithm>
#include <array>
#include <cmath>

#include "backends/common/ops/op_util.h"
#include "backends/cpu/kernels/axis_walk.h"
#include "backends/cpu/kernels/number_bytes.h"
#include "backends/cpu/kernels/type_dispatch.h"

namespace onnxifi::cpu {
namespace {

// Added to the standard deviation, as the operator's definition does.
constexpr double kEpsilon = 1e-9;

struct State {
  DataType type = DataType::kFloat;
  Shape kept;
  Shape kept_strides;
  Shape reduced;
  Shape reduced_strides;
};

Reject Supports(const NodeView& n) {
  return HasType<FloatTypes>(n.input_type(0))
             ? Reject()
             : Reject(RejectReason::kDataType, "input 0");
}

template <typename T>
void Normalize(const State& s, int64_t base, const RunArgs& args) {
  double sum = 0;
  double squares = 0;
  const auto load = [&](int64_t offset) {
    return static_cast<double>(Widen(LoadAt<T>(args.in[0], base + offset)));
  };
  const double count = static_cast<double>(Product(s.reduced));
  ForEachOffset(s.reduced, s.reduced_strides,
                [&](int64_t offset) { sum += load(offset); });
  const double mean = sum / count;
  ForEachOffset(s.reduced, s.reduced_strides, [&](int64_t offset) {
    const double d = load(offset) - mean;
    squares += d * d;
  });
  const double factor = 1 / (std::sqrt(squares / count) + kEpsilon);
  ForEachOffset(s.reduced, s.reduced_strides, [&](int64_t offset) {
    const double y = (load(offset) - mean) * factor;
    StoreAt<T>(args.out[0], base + offset,
               Narrow<T>(static_cast<Compute<T>>(y)));
  });
}

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  DispatchType<FloatTypes>(s.type, [&]<typename T>() {
    ForEachOffset(s.kept, s.kept_strides,
                  [&](int64_t base) { Normalize<T>(s, base, args); });
  });
  return ONNXIFI_STATUS_SUCCESS;
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc& in = ctx.in(0);
  std::array<bool, graph::kMaxRank> reduce = {};
  constexpr int64_t kDefault[] = {0, 2, 3};
  std::span<const int64_t> axes = ctx.attrs().Ints("axes");
  if (axes.empty()) axes = kDefault;
  for (const int64_t axis : axes) {
    ONNXIFI_ASSIGN_OR_RETURN(const size_t a,
                             NormalizeAxis(ctx, axis, in.dims.size()));
    reduce[a] = true;
  }
  const Shape strides = RowMajorStrides(in.dims);
  State s;
  s.type = in.type;
  for (size_t i = 0; i < in.dims.size(); ++i) {
    (reduce[i] ? s.reduced : s.kept).push_back(in.dims[i]);
    (reduce[i] ? s.reduced_strides : s.kept_strides).push_back(strides[i]);
  }
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {in.type, in.dims}));
  ctx.SetStepState(&Run, std::move(s));
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(mean_variance_normalization,
                   {.op = "MeanVarianceNormalization",
                    .supports = &Supports,
                    .prepare = &Prepare});

}  // namespace onnxifi::cpu
