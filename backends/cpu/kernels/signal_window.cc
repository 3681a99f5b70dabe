#include "backends/cpu/kernels/signal_window.h"

#include <cmath>
#include <numbers>

#include "backends/common/ops/op_util.h"
#include "backends/cpu/kernels/number_bytes.h"
#include "backends/cpu/kernels/type_dispatch.h"

namespace onnxifi::cpu {

namespace {

struct State {
  WindowShape shape;
  DataType type = DataType::kFloat;
  int64_t size = 0;
  bool periodic = true;
};

DataType OutputType(const NodeView& n) {
  return static_cast<DataType>(n.attrs().Int("output_datatype", 1));
}

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  const double n = static_cast<double>(s.periodic ? s.size : s.size - 1);
  for (int64_t i = 0; i < s.size; ++i) {
    // A symmetric window of one element is that element's peak.
    const double angle =
        n == 0 ? std::numbers::pi
               : 2 * std::numbers::pi * static_cast<double>(i) / n;
    double value = 0;
    for (int k = 0; k < 3; ++k) {
      value += s.shape.coefficient[k] * std::cos(k * angle);
    }
    StoreNumber(args.out[0], s.type, i, value);
  }
  return ONNXIFI_STATUS_SUCCESS;
}

}  // namespace

Reject SupportsSignalWindow(const NodeView& node) {
  if (!HasType<NumericTypes>(OutputType(node))) {
    return {RejectReason::kDataType, "output_datatype"};
  }
  if (Reject r = RequireType(node, 0, {DataType::kInt32, DataType::kInt64});
      !r.supported()) {
    return r;
  }
  return RequireKnown(node, 0);
}

Status PrepareSignalWindow(PrepareContext& ctx, const WindowShape& shape) {
  State s;
  s.shape = shape;
  s.type = OutputType(ctx);
  s.periodic = ctx.attrs().Int("periodic", 1) != 0;
  ONNXIFI_ASSIGN_OR_RETURN(const std::vector<int64_t> size,
                           ctx.ConstantInts(0));
  s.size = size.size() == 1 ? size[0] : -1;
  if (s.size < 0) return ShapeError(ctx, "the size is not one number >= 0");
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {s.type, {s.size}}));
  ctx.SetStepState(&Run, s);
  return Status::Ok();
}

}  // namespace onnxifi::cpu
