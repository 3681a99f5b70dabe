#include "backends/common/ops/op_util.h"
#include "backends/cpu/kernels/number_bytes.h"
#include "backends/cpu/kernels/type_dispatch.h"

namespace onnxifi::cpu {
namespace {

using BinarizerTypes = TypeList<float, double, int32_t, int64_t>;

struct State {
  DataType type = DataType::kFloat;
  int64_t count = 0;
  double threshold = 0;
};

Reject Supports(const NodeView& n) {
  return HasType<BinarizerTypes>(n.input_type(0))
             ? Reject()
             : Reject(RejectReason::kDataType, "input 0");
}

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  DispatchType<BinarizerTypes>(s.type, [&]<typename T>() {
    for (int64_t i = 0; i < s.count; ++i) {
      const double x = static_cast<double>(LoadAt<T>(args.in[0], i));
      StoreAt<T>(args.out[0], i, x > s.threshold ? T{1} : T{0});
    }
  });
  return ONNXIFI_STATUS_SUCCESS;
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc& in = ctx.in(0);
  State s;
  s.type = in.type;
  s.count = Product(in.dims);
  s.threshold = ctx.attrs().Float("threshold", 0);
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {in.type, in.dims}));
  ctx.SetStepState(&Run, s);
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(binarizer, {.domain = "ai.onnx.ml",
                               .op = "Binarizer",
                               .supports = &Supports,
                               .prepare = &Prepare});

}  // namespace onnxifi::cpu
