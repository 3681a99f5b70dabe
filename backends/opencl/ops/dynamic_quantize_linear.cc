#include <algorithm>

#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/element_loop.h"
#include "backends/opencl/kernels/quant_grid.h"
#include "backends/opencl/kernels/reduce.h"
#include "base/checked.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

// Pieces that the search for the range is cut into, with two floats each in
// scratch memory; behind them scale and zero point.
constexpr int64_t kLeastPiece = 8192;
constexpr int64_t kMostPieces = 64;

struct Pieces {
  int64_t count = 1;
  int64_t size = 0;
};

Pieces PiecesOf(int64_t total) {
  if (total == 0) return {};
  const int64_t wanted =
      std::clamp<int64_t>(total / kLeastPiece, 1, kMostPieces);
  const int64_t size = CeilDiv(total, wanted);
  return {CeilDiv(total, size), size};
}

Reject Supports(const NodeView& node) {
  return RequireType(node, 0, {DataType::kFloat});
}

std::vector<RowStep> RangeSteps(const char* low, const char* high) {
  return {FoldStep("least", "0", StrCat(low, "_v"), kMinText, {low}),
          FoldStep("most", "0", StrCat(high, "_v"), kMaxText, {high})};
}

// The range of each piece. It always holds zero, so that zero is exact.
Launch PieceLaunch(const PrepareContext& ctx, int64_t total, Pieces pieces) {
  KernelText kernel;
  kernel.In("x", DataType::kFloat, 0)
      .Scratch("low", "float", 0)
      .Scratch("high", "float", kMostPieces * sizeof(float));
  RowSpec spec;
  spec.dims = {{pieces.count}, {pieces.size, true, total}};
  spec.operands = {{"x", DataType::kFloat, {pieces.size, 1}, 0},
                   {"low", DataType::kFloat, {1, 0}, 0},
                   {"high", DataType::kFloat, {1, 0}, 0}};
  spec.steps = RangeSteps("x", "x");
  RowStep store;
  store.stores = {{"low", "least"}, {"high", "most"}};
  spec.steps.push_back(std::move(store));
  return MakeRowKernel(FactsOf(ctx), kernel, spec);
}

// Scale and zero point, to scratch memory and the outputs 1 and 2.
Launch ScaleLaunch(const PrepareContext& ctx, Pieces pieces) {
  KernelText kernel;
  kernel.Scratch("low", "float", 0)
      .Scratch("high", "float", kMostPieces * sizeof(float))
      .Scratch("grid", "float", 2 * kMostPieces * sizeof(float));
  RowSpec spec;
  spec.dims = {{pieces.count, true}};
  spec.operands = {{"low", DataType::kFloat, {1}, 0},
                   {"high", DataType::kFloat, {1}, 0}};
  spec.steps = RangeSteps("low", "high");
  RowStep last = TextStep(
      "const float scale = most == least ? 1.0f : (most - least) / 255.0f;\n"
      "const float zero = fmin(fmax(rint(-least / scale), 0.0f), 255.0f);\n"
      "grid[0] = scale;\ngrid[1] = zero;\n");
  if (ctx.HasOutput(1)) {
    kernel.Out("scale_out", DataType::kFloat, 1);
    last.text += "scale_out[0] = scale;\n";
  }
  if (ctx.HasOutput(2)) {
    kernel.Out("zero_out", DataType::kUint8, 2);
    last.text += "zero_out[0] = (uchar)zero;\n";
  }
  spec.steps.push_back(std::move(last));
  return MakeRowKernel(FactsOf(ctx), kernel, spec);
}

Launch QuantizeLaunch(const PrepareContext& ctx, int64_t total) {
  KernelText kernel;
  kernel.In("x", DataType::kFloat, 0)
      .Out("y", DataType::kUint8, 0)
      .Scratch("grid", "float", 2 * kMostPieces * sizeof(float))
      .Restrict();
  const std::string body =
      StrCat("const float v = x[i] / grid[0];\ny[i] = ",
             SaturateText(DataType::kUint8, "v", "grid[1]"), ";\n");
  const Shape dims = {total};
  const LoopOperand operands[] = {{"x", {1}, 0}};
  return MakeElementLoop(FactsOf(ctx), kernel, dims, operands, body);
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc in = ctx.in(0);
  const int64_t total = Product(in.dims);
  if (ctx.HasOutput(0)) {
    ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {DataType::kUint8, in.dims}));
  }
  if (ctx.HasOutput(1)) {
    ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(1, {DataType::kFloat, {}}));
  }
  if (ctx.HasOutput(2)) {
    ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(2, {DataType::kUint8, {}}));
  }
  ctx.BookScratch((2 * kMostPieces + 2) * sizeof(float));
  const Pieces pieces = PiecesOf(total);
  std::vector<Launch> launches = {PieceLaunch(ctx, total, pieces),
                                  ScaleLaunch(ctx, pieces)};
  if (total > 0 && ctx.HasOutput(0)) {
    launches.push_back(QuantizeLaunch(ctx, total));
  }
  SetLaunches(ctx, std::move(launches));
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(dynamic_quantize_linear, {.op = "DynamicQuantizeLinear",
                                             .supports = &Supports,
                                             .prepare = &Prepare});

}  // namespace onnxifi::opencl
