#include <cmath>

#include "backends/common/ops/op_util.h"
#include "backends/cpu/kernels/number_bytes.h"
#include "backends/cpu/kernels/type_dispatch.h"

namespace onnxifi::cpu {
namespace {

struct State {
  DataType type = DataType::kFloat;
  int64_t outer = 1;
  int64_t dim = 1;
  int64_t inner = 1;
  int64_t p = 2;
};

Reject Supports(const NodeView& n) {
  const int64_t p = n.attrs().Int("p", 2);
  if (p != 1 && p != 2) return {RejectReason::kAttribute, "p"};
  return HasType<FloatTypes>(n.input_type(0))
             ? Reject()
             : Reject(RejectReason::kDataType, "input 0");
}

template <typename T>
void NormalizeRow(const State& s, int64_t row, const void* in, void* out) {
  const int64_t at = row / s.inner * s.dim * s.inner + row % s.inner;
  double norm = 0;
  for (int64_t i = 0; i < s.dim; ++i) {
    const double x = Widen(LoadAt<T>(in, at + i * s.inner));
    norm += s.p == 1 ? std::abs(x) : x * x;
  }
  if (s.p == 2) norm = std::sqrt(norm);
  for (int64_t i = 0; i < s.dim; ++i) {
    const double x = Widen(LoadAt<T>(in, at + i * s.inner));
    const double y = norm == 0 ? 0 : x / norm;
    StoreAt<T>(out, at + i * s.inner, Narrow<T>(static_cast<Compute<T>>(y)));
  }
}

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  DispatchType<FloatTypes>(s.type, [&]<typename T>() {
    args.pool->ParallelRange(s.outer * s.inner, 4096 / (s.dim + 1) + 1,
                             [&](int64_t begin, int64_t end) {
                               for (int64_t row = begin; row < end; ++row) {
                                 NormalizeRow<T>(s, row, args.in[0],
                                                 args.out[0]);
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
  const std::span<const int64_t> all(in.dims);
  State s;
  s.type = in.type;
  s.outer = Product(all.first(axis));
  s.dim = in.dims[axis];
  s.inner = Product(all.subspan(axis + 1));
  s.p = ctx.attrs().Int("p", 2);
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {in.type, in.dims}));
  ctx.SetStepState(&Run, s);
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(lp_normalization, {.op = "LpNormalization",
                                      .supports = &Supports,
                                      .prepare = &Prepare});

}  // namespace onnxifi::cpu
