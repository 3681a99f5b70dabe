#include <algorithm>
#include <utility>

#include "backends/cpu/kernels/convert.h"
#include "backends/cpu/kernels/elementwise_util.h"
#include "backends/cpu/kernels/quant_grid.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

using ScaleTypes = TypeList<float, Float16, Bfloat16, Float8E8M0>;

struct State {
  QuantGrid grid;
  DataType from = DataType::kUint8;
  DataType to = DataType::kFloat;
  int64_t count = 0;
};

DataType Target(const NodeView& n) {
  const int64_t type = n.attrs().Int("output_dtype", 0);
  return type == 0 ? n.input_type(1) : static_cast<DataType>(type);
}

bool IsQuantized(DataType type) {
  QuantRange range;
  switch (type) {
    case DataType::kInt32:
    case DataType::kFloat8E4M3FN:
    case DataType::kFloat8E4M3FNUZ:
    case DataType::kFloat8E5M2:
    case DataType::kFloat8E5M2FNUZ:
    case DataType::kFloat4E2M1:
      return true;
    default:
      return FindQuantRange(type, &range);
  }
}

Reject Supports(const NodeView& n) {
  if (!IsQuantized(n.input_type(0))) return RejectInputType(n, 0);
  if (Reject r = RequireTypeIn<ScaleTypes>(n, 1); !r.supported()) return r;
  if (n.HasInput(2) && n.input_type(2) != n.input_type(0)) {
    return RejectInputType(n, 2);
  }
  const DataType to = Target(n);
  if (to != DataType::kFloat && !IsHalf(to)) {
    return {RejectReason::kDataType,
            StrCat("dequantization to ", graph::DataTypeName(to))};
  }
  return {};
}

bool IsDirect(DataType type) {
  return type == DataType::kInt8 || type == DataType::kUint8 ||
         type == DataType::kInt32;
}

void RunTile(const State& s, const RunArgs& args, int64_t first, int64_t n) {
  QuantGrid::Tile tile;
  const QuantParams p = s.grid.At(first, n, args.scratch, &tile);
  const auto* in = static_cast<const std::byte*>(args.in[0]) +
                   first * graph::ElementBits(s.from) / 8;
  auto* out = static_cast<std::byte*>(args.out[0]) +
              first * graph::ElementBits(s.to) / 8;
  float x[QuantGrid::kTile];
  float* y = s.to == DataType::kFloat ? reinterpret_cast<float*>(out) : x;
  if (IsDirect(s.from)) {
    DequantizeRun(s.from, in, p, y, n);
  } else {
    Convert(s.from, in, DataType::kFloat, x, 0, n, {});
    DequantizeRun(DataType::kFloat, x, p, y, n);
  }
  if (y == x) Convert(DataType::kFloat, x, s.to, out, 0, n, {});
}

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  s.grid.Load(args);
  constexpr int64_t kTile = QuantGrid::kTile;
  const int64_t units = (s.count + kTile - 1) / kTile;
  args.pool->ParallelRange(
      units, kElementGrain / kTile, [&](int64_t begin, int64_t end) {
        for (int64_t unit = begin; unit < end; ++unit) {
          const int64_t first = unit * kTile;
          RunTile(s, args, first, std::min(kTile, s.count - first));
        }
      });
  return ONNXIFI_STATUS_SUCCESS;
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc in = ctx.in(0);
  State state;
  ONNXIFI_ASSIGN_OR_RETURN(state.grid, QuantGrid::Make(ctx));
  state.from = in.type;
  state.to = Target(ctx);
  state.count = Product(in.dims);
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {state.to, in.dims}));
  ctx.BookScratch(state.grid.scratch_bytes());
  ctx.SetStepState(&Run, state);
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(dequantize_linear, {.op = "DequantizeLinear",
                                       .supports = &Supports,
                                       .prepare = &Prepare});

}  // namespace onnxifi::cpu
