#include "backends/cpu/kernels/cast_op.h"

#include <algorithm>
#include <string_view>

#include "backends/cpu/kernels/convert.h"
#include "backends/cpu/kernels/elementwise_util.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {

namespace {

struct State {
  DataType from = DataType::kUndefined;
  DataType to = DataType::kUndefined;
  int64_t count = 0;
  ConvertOptions options;
};

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  // Packed types share bytes: threads split at whole units.
  const int64_t units = (s.count + kConvertUnit - 1) / kConvertUnit;
  args.pool->ParallelRange(
      units, kElementGrain / kConvertUnit, [&](int64_t begin, int64_t end) {
        const int64_t first = begin * kConvertUnit;
        const int64_t last = std::min(end * kConvertUnit, s.count);
        Convert(s.from, args.in[0], s.to, args.out[0], first, last - first,
                s.options);
      });
  return ONNXIFI_STATUS_SUCCESS;
}

}  // namespace

ConvertOptions ReadConvertOptions(const NodeView& node) {
  ConvertOptions options;
  options.saturate = node.attrs().Int("saturate", 1) != 0;
  const std::string_view mode = node.attrs().String("round_mode", "up");
  if (mode == "down") options.rounding = ScaleRounding::kDown;
  if (mode == "nearest") options.rounding = ScaleRounding::kNearest;
  return options;
}

Reject SupportsCast(const NodeView& node, DataType to) {
  if (!IsConvertible(node.input_type(0))) return RejectInputType(node, 0);
  if (!IsConvertible(to)) {
    return {RejectReason::kDataType,
            StrCat("cast to ", graph::DataTypeName(to))};
  }
  const std::string_view mode = node.attrs().String("round_mode", "up");
  if (mode != "up" && mode != "down" && mode != "nearest") {
    return {RejectReason::kAttribute, StrCat("round_mode = ", mode)};
  }
  return {};
}

Status PrepareCast(PrepareContext& ctx, DataType to) {
  const TensorDesc in = ctx.in(0);
  if (in.type == to) return ctx.AliasOutput(0, 0, in.dims);
  TensorDesc out = in;
  out.type = to;
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, out));
  State state;
  state.from = in.type;
  state.to = to;
  state.count = Product(in.dims);
  state.options = ReadConvertOptions(ctx);
  ctx.SetStepState(&Run, state);
  return Status::Ok();
}

}  // namespace onnxifi::cpu
