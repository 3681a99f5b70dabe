#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/element_loop.h"
#include "backends/opencl/kernels/move.h"
#include "backends/opencl/kernels/pointwise.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

constexpr TypeSet kTypes = TypeBit(DataType::kFloat) |
                           TypeBit(DataType::kFloat16) |
                           TypeBit(DataType::kBfloat16);

Reject Supports(const NodeView& node) {
  const auto activation = node.attrs().String("activation", "none");
  if (activation != "none" && activation != "silu" && activation != "swish") {
    return {RejectReason::kAttribute, "activation"};
  }
  for (size_t i = 0; i < node.input_count(); ++i) {
    if (Reject r = RequireTypes(node, i, kTypes); !r.supported()) return r;
  }
  return {};
}

Status Check(const PrepareContext& ctx) {
  const Shape& in = ctx.in(0).dims;
  const Shape& w = ctx.in(1).dims;
  const bool fits = in.size() == 3 && w.size() == 3 && w[0] == in[1] &&
                    w[1] == 1 && w[2] >= 1;
  if (!fits || (ctx.HasInput(2) && ctx.in(2).dims != Shape{w[0]}) ||
      (ctx.HasInput(3) && ctx.in(3).dims != Shape{in[0], in[1], w[2] - 1})) {
    return ShapeError(
        ctx, StrCat("weight ", ShapeText(w),
                    ", bias or state do not fit input ", ShapeText(in)));
  }
  for (size_t i = 1; i < ctx.input_count(); ++i) {
    if (ctx.HasInput(i) && ctx.in(i).type != ctx.in(0).type) {
      return ShapeError(ctx, "the inputs have different types");
    }
  }
  return Status::Ok();
}

// The signal with its past in front, zeros when there is none, at place `p` of
// row `u`.
std::string SignalText(const PrepareContext& ctx, const std::string& x,
                       const std::string& past, const char* zero) {
  const int64_t before = ctx.in(1).dims[2] - 1;
  return StrCat("((p) >= ", before, " ? ", x, " : ",
                ctx.HasInput(3) && before > 0 ? past : std::string(zero), ")");
}

Launch FilterLaunch(const PrepareContext& ctx) {
  const TensorDesc in = ctx.in(0);
  const int64_t taps = ctx.in(1).dims[2];
  const int64_t length = in.dims[2];
  KernelText kernel;
  kernel.In("x", in.type, 0).In("w", in.type, 1).Out("y", in.type, 0);
  if (ctx.HasInput(3)) kernel.In("past", in.type, 3);
  kernel.Define(
      "SIGNAL(p)",
      SignalText(
          ctx,
          LoadText(in.type, "x",
                   StrCat("row * ", length, " + (p) - ", taps - 1)),
          LoadText(in.type, "past", StrCat("row * ", taps - 1, " + (p)")),
          "0.0f"));
  std::string bias = "0.0f";
  if (ctx.HasInput(2)) {
    kernel.In("bias", in.type, 2);
    bias = LoadText(in.type, "bias", "c1");
  }
  const std::string head =
      StrCat("    const long row = (long)c0 * ", in.dims[1], " + c1;\n");
  const bool gated = ctx.attrs().String("activation", "none") != "none";
  const std::string body =
      StrCat("    float s = ", bias, ";\n    for (long k = 0; k < ", taps,
             "; ++k) s += SIGNAL(j + k) * ",
             LoadText(in.type, "w", StrCat("c1 * (long)", taps, " + k")),
             ";\n    ", gated ? "s = s / (1 + exp(-s));\n    " : "",
             StoreText(in.type, "y", "i", "s"));
  return MakeRowLoop(FactsOf(ctx), std::move(kernel),
                     {{in.dims[0], in.dims[1]}}, length, head, body);
}

// The end of the signal, for the next call.
Launch StateLaunch(const PrepareContext& ctx) {
  const TensorDesc in = ctx.in(0);
  const int64_t before = ctx.in(1).dims[2] - 1;
  const int64_t length = in.dims[2];
  const char* const unit = UnitOf(in.type);
  KernelText kernel;
  kernel.InAs("x", unit, 0).OutAs("y", unit, 1);
  if (ctx.HasInput(3)) kernel.InAs("past", unit, 3);
  kernel.Define(
      "SIGNAL(p)",
      SignalText(ctx, StrCat("x[c0 * (long)", length, " + (p) - ", before, "]"),
                 StrCat("past[c0 * (long)", before, " + (p)]"), "0"));
  return MakeRowLoop(FactsOf(ctx), std::move(kernel),
                     {{in.dims[0] * in.dims[1]}}, before, "",
                     StrCat("    y[i] = SIGNAL(j + ", length, "L);"));
}

Status Prepare(PrepareContext& ctx) {
  ONNXIFI_RETURN_IF_ERROR(Check(ctx));
  const TensorDesc in = ctx.in(0);
  const int64_t before = ctx.in(1).dims[2] - 1;
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {in.type, in.dims}));
  std::vector<Launch> launches;
  launches.push_back(FilterLaunch(ctx));
  if (ctx.HasOutput(1)) {
    ONNXIFI_RETURN_IF_ERROR(
        ctx.SetOutput(1, {in.type, {in.dims[0], in.dims[1], before}}));
    launches.push_back(StateLaunch(ctx));
  }
  SetLaunches(ctx, std::move(launches));
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(causal_conv_with_state, {.op = "CausalConvWithState",
                                            .supports = &Supports,
                                            .prepare = &Prepare});

}  // namespace onnxifi::opencl
