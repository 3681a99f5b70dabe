#include <cmath>

#include "backends/common/ops/op_util.h"
#include "backends/cpu/kernels/number_bytes.h"
#include "backends/cpu/kernels/type_dispatch.h"

namespace onnxifi::cpu {
namespace {

struct State {
  DataType type = DataType::kFloat;
  int64_t count = 0;
  double alpha = 1;
};

Reject Supports(const NodeView& n) {
  for (const size_t i : {size_t{0}, size_t{1}}) {
    if (!HasType<FloatTypes>(n.input_type(i))) {
      return {RejectReason::kDataType, "inputs"};
    }
  }
  return {};
}

template <typename T>
void Fill(const State& s, int64_t begin, int64_t end, const RunArgs& args) {
  using Wide = Compute<T>;
  const Wide alpha = static_cast<Wide>(s.alpha);
  for (int64_t i = begin; i < end; ++i) {
    const Wide a = Widen(LoadAt<T>(args.in[0], i));
    const Wide b = Widen(LoadAt<T>(args.in[1], i));
    StoreAt<T>(args.out[0], i, Narrow<T>(a / (1 + std::exp(-alpha * a)) * b));
  }
}

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  DispatchType<FloatTypes>(s.type, [&]<typename T>() {
    args.pool->ParallelRange(s.count, 4096, [&](int64_t begin, int64_t end) {
      Fill<T>(s, begin, end, args);
    });
  });
  return ONNXIFI_STATUS_SUCCESS;
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc& in = ctx.in(0);
  if (ctx.in(1).dims != in.dims || ctx.in(1).type != in.type) {
    return ShapeError(ctx, "A and B must have the same type and shape");
  }
  State s;
  s.type = in.type;
  s.count = Product(in.dims);
  s.alpha = ctx.attrs().Float("alpha", 1);
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {in.type, in.dims}));
  ctx.AllowInPlace(0, 0);
  ctx.SetStepState(&Run, s);
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(swi_glu, {.op = "SwiGLU",
                             .supports = &Supports,
                             .prepare = &Prepare});

}  // namespace onnxifi::cpu
