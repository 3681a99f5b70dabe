#include <cstring>

#include "backends/common/ops/op_util.h"
#include "backends/cpu/kernels/number_bytes.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

using graph::DataType;

struct State {
  int64_t rows = 0;
  int64_t columns = 0;
  int64_t k = 0;  // diagonal; positive is above the main one
  size_t element_bytes = 4;
  NumberBytes one = {};
};

DataType OutputType(const NodeView& n, DataType input) {
  const int64_t dtype = n.attrs().Int("dtype", 0);
  return dtype == 0 ? input : static_cast<DataType>(dtype);
}

Reject Supports(const NodeView& n) {
  if (Reject r = RequireTensors(n); !r.supported()) return r;
  const DataType type = OutputType(n, n.input_type(0));
  NumberBytes one;
  if (!MakeNumber(type, 1, &one)) {
    return {RejectReason::kDataType, graph::DataTypeName(type)};
  }
  return {};
}

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  char* out = static_cast<char*>(args.out[0]);
  std::memset(out, 0,
              static_cast<size_t>(s.rows * s.columns) * s.element_bytes);
  for (int64_t row = 0; row < s.rows; ++row) {
    const int64_t column = row + s.k;
    if (column < 0 || column >= s.columns) continue;
    std::memcpy(
        out + static_cast<size_t>(row * s.columns + column) * s.element_bytes,
        s.one.data(), s.element_bytes);
  }
  return ONNXIFI_STATUS_SUCCESS;
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc& in = ctx.in(0);
  if (in.dims.size() != 2) {
    return ShapeError(ctx,
                      StrCat("input ", ShapeText(in.dims), " is not a matrix"));
  }
  const DataType type = OutputType(ctx, in.type);
  State state;
  state.rows = in.dims[0];
  state.columns = in.dims[1];
  state.k = ctx.attrs().Int("k", 0);
  // Any diagonal outside the matrix is the same; keeps row + k in range.
  if (state.k > state.columns || state.k < -state.rows) {
    state.k = state.columns;
  }
  state.element_bytes = ElementBytes(type);
  if (!MakeNumber(type, 1, &state.one)) {
    return NodeError(ctx, ONNXIFI_STATUS_UNSUPPORTED_DATATYPE,
                     "attribute 'dtype' is not a number type");
  }
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {type, in.dims}));
  ctx.SetStepState(&Run, state);
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(eye_like, {.op = "EyeLike",
                              .supports = &Supports,
                              .prepare = &Prepare,
                              .any_layout = false});

}  // namespace onnxifi::cpu
