#include <algorithm>
#include <cstring>
#include <utility>

#include "backends/cpu/kernels/convert.h"
#include "backends/cpu/kernels/elementwise_util.h"
#include "backends/cpu/kernels/quant_grid.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

using InputTypes = TypeList<float, Float16, Bfloat16, int32_t>;
using ScaleTypes = TypeList<float, Float16, Bfloat16, int32_t, Float8E8M0>;

struct State {
  QuantGrid grid;
  DataType from = DataType::kFloat;
  DataType to = DataType::kUint8;
  DataType precision = DataType::kFloat;  // of the division
  int64_t count = 0;
  ConvertOptions options;
};

DataType Target(const NodeView& n) {
  if (n.HasInput(2)) return n.input_type(2);
  const int64_t type = n.attrs().Int("output_dtype", 0);
  return type == 0 ? DataType::kUint8 : static_cast<DataType>(type);
}

bool IsSmallFloat(DataType type) {
  switch (type) {
    case DataType::kFloat8E4M3FN:
    case DataType::kFloat8E4M3FNUZ:
    case DataType::kFloat8E5M2:
    case DataType::kFloat8E5M2FNUZ:
    case DataType::kFloat4E2M1:
      return true;
    default:
      return false;
  }
}

DataType Precision(const NodeView& n) {
  const auto attribute = static_cast<DataType>(n.attrs().Int("precision", 0));
  const DataType type =
      attribute == DataType::kUndefined ? n.input_type(1) : attribute;
  return IsHalf(type) ? type : DataType::kFloat;
}

Reject Supports(const NodeView& n) {
  if (Reject r = RequireTypeIn<InputTypes>(n, 0); !r.supported()) return r;
  if (Reject r = RequireTypeIn<ScaleTypes>(n, 1); !r.supported()) return r;
  QuantRange range;
  const DataType to = Target(n);
  if (!FindQuantRange(to, &range) && !IsSmallFloat(to)) {
    return {RejectReason::kDataType,
            StrCat("quantization to ", graph::DataTypeName(to))};
  }
  return {};
}

// Rounds to the precision in which the division is asked for.
void Round(DataType precision, float* x, int64_t count) {
  if (precision == DataType::kFloat) return;
  uint16_t half[QuantGrid::kTile];
  Convert(DataType::kFloat, x, precision, half, 0, count, {});
  Convert(precision, half, DataType::kFloat, x, 0, count, {});
}

void Divide(const State& s, const QuantParams& p, float* x, int64_t count) {
  Round(s.precision, x, count);
  for (int64_t i = 0; i < count; ++i) x[i] /= p.scale[i * p.step];
  Round(s.precision, x, count);
}

// One tile of floats to the target, which starts at a whole byte.
void Store(const State& s, QuantParams p, float* x, std::byte* out,
           int64_t count) {
  const float one = 1;
  QuantRange range;
  const bool integer = FindQuantRange(s.to, &range);
  if (!integer || s.precision != DataType::kFloat) {
    Divide(s, p, x, count);
    if (!integer) {
      for (int64_t i = 0; i < count; ++i) x[i] += p.zero_point[i * p.step];
      Convert(DataType::kFloat, x, s.to, out, 0, count, s.options);
      return;
    }
  }
  float ones[QuantGrid::kTile];
  if (s.precision != DataType::kFloat) {
    std::fill_n(ones, p.step == 0 ? 1 : count, one);
    p.scale = ones;
  }
  if (graph::ElementBits(s.to) >= 8) {
    QuantizeRun(x, p, range, s.to, out, count);
    return;
  }
  int8_t bytes[QuantGrid::kTile];
  QuantizeRun(x, p, range, DataType::kInt8, bytes, count);
  Convert(DataType::kInt8, bytes, s.to, out, 0, count, {});
}

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  s.grid.Load(args);
  constexpr int64_t kTile = QuantGrid::kTile;
  const int64_t units = (s.count + kTile - 1) / kTile;
  const int64_t in_bytes = static_cast<int64_t>(ElementBytes(s.from));
  const int64_t out_bits = graph::ElementBits(s.to);
  const auto* in = static_cast<const std::byte*>(args.in[0]);
  auto* out = static_cast<std::byte*>(args.out[0]);
  args.pool->ParallelRange(
      units, kElementGrain / kTile, [&](int64_t begin, int64_t end) {
        QuantGrid::Tile tile;
        float x[kTile];
        for (int64_t unit = begin; unit < end; ++unit) {
          const int64_t first = unit * kTile;
          const int64_t n = std::min(kTile, s.count - first);
          const QuantParams p = s.grid.At(first, n, args.scratch, &tile);
          Convert(s.from, in + first * in_bytes, DataType::kFloat, x, 0, n, {});
          Store(s, p, x, out + first * out_bits / 8, n);
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
  state.precision = Precision(ctx);
  state.count = Product(in.dims);
  state.options.saturate = ctx.attrs().Int("saturate", 1) != 0;
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {state.to, in.dims}));
  ctx.BookScratch(state.grid.scratch_bytes());
  ctx.SetStepState(&Run, state);
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(quantize_linear, {.op = "QuantizeLinear",
                                     .supports = &Supports,
                                     .prepare = &Prepare});

}  // namespace onnxifi::cpu
