#include <algorithm>

#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/element_loop.h"
#include "backends/opencl/kernels/normalize.h"
#include "backends/opencl/kernels/reduce.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

// Since this version a training_mode attribute tells training from inference;
// before, the number of outputs does.
constexpr int kTrainingModeOpset = 14;

Reject Supports(const NodeView& node) {
  for (size_t i = 0; i < 5; ++i) {
    if (Reject r = RequireTypes(node, i, kFloatTypes); !r.supported()) return r;
  }
  if (node.opset() >= kTrainingModeOpset) return {};
  for (size_t o = 1; o < node.output_count(); ++o) {
    if (node.HasOutput(o)) {
      return {RejectReason::kAttribute,
              "training outputs before operator version 14"};
    }
  }
  if (node.attrs().Int("spatial", 1) == 0) {
    return {RejectReason::kAttribute, "spatial 0"};
  }
  return {};
}

Status CheckShapes(const PrepareContext& ctx) {
  const Shape& dims = ctx.in(0).dims;
  if (dims.empty()) return ShapeError(ctx, "the input is a scalar");
  const int64_t channels = dims.size() > 1 ? dims[1] : 1;
  for (size_t i = 1; i < 5; ++i) {
    if (Product(ctx.in(i).dims) != channels) {
      return ShapeError(
          ctx, StrCat("input ", i, " of shape ", ShapeText(ctx.in(i).dims),
                      " for ", channels, " channels"));
    }
  }
  return Status::Ok();
}

// The statistics of the batch, and what becomes of the running ones.
void AddTraining(const PrepareContext& ctx, int64_t count, RowSpec* spec) {
  spec->steps.push_back(FoldStep("sum", "0", "x_v", kSumText, {"x"}));
  spec->steps.push_back(
      TextStep(StrCat("const R m = sum / (S)", count, ";\n")));
  spec->steps.push_back(FoldStep(
      "squares", "0", "(x_v - (V)(m)) * (x_v - (V)(m))", kSumText, {"x"}));
  RowStep running = TextStep(StrCat("const R v = squares / (S)", count, ";\n"));
  running.loads = {"mean", "variance"};
  const std::string old = ScalarText(ctx.attrs().Float("momentum", 0.9F));
  const auto mixed = [&](const char* before, const char* now) {
    return StrCat(before, " * ", old, " + ", now, " * ((S)1 - ", old, ")");
  };
  if (ctx.HasOutput(1)) {
    running.stores.emplace_back("mean_out", mixed("mean_v", "m"));
  }
  if (ctx.HasOutput(2)) {
    running.stores.emplace_back("variance_out", mixed("variance_v", "v"));
  }
  spec->steps.push_back(std::move(running));
}

// y = x * scale + offset with values of the row's channel.
void AddSteps(const PrepareContext& ctx, bool training, RowSpec* spec) {
  RowStep values;
  values.loads = {"gain", "shift"};
  if (!training) {
    values.loads.emplace_back("mean");
    values.loads.emplace_back("variance");
    values.text = "const R m = mean_v;\nconst R v = variance_v;\n";
  }
  values.text += StrCat("const R scale = gain_v / sqrt(v + ",
                        ScalarText(ctx.attrs().Float("epsilon", 1e-5F)),
                        ");\nconst R offset = shift_v - m * scale;\n");
  spec->steps.push_back(std::move(values));
  spec->steps.push_back(EachStep({"x"}, "y", "x_v * (V)(scale) + (V)(offset)"));
}

void AddOperands(const PrepareContext& ctx, const Shape& shape, bool training,
                 KernelText* kernel, RowSpec* spec) {
  const char* const names[] = {"x", "gain", "shift", "mean", "variance"};
  for (size_t i = 0; i < 5; ++i) {
    kernel->In(names[i], ctx.in(i).type, i);
    spec->operands.push_back({names[i], ctx.in(i).type,
                              i == 0 ? RowMajorStrides(shape) : Shape{0, 1, 0},
                              0});
  }
  const char* const made[] = {"y", "mean_out", "variance_out"};
  for (size_t o = 0; o < std::min<size_t>(ctx.output_count(), 3); ++o) {
    if (!ctx.HasOutput(o) || (o > 0 && !training)) continue;
    kernel->Out(made[o], ctx.out(o).type, o);
    spec->operands.push_back({made[o], ctx.out(o).type,
                              o == 0 ? RowMajorStrides(shape) : Shape{0, 1, 0},
                              0});
  }
}

Status Prepare(PrepareContext& ctx) {
  ONNXIFI_RETURN_IF_ERROR(CheckShapes(ctx));
  const TensorDesc in = ctx.in(0);
  const std::span<const int64_t> dims(in.dims);
  const bool training = ctx.opset() >= kTrainingModeOpset &&
                        ctx.attrs().Int("training_mode", 0) != 0;
  const Shape shape = {dims[0], dims.size() > 1 ? dims[1] : 1,
                       dims.size() > 2 ? Product(dims.subspan(2)) : 1};
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {in.type, in.dims}));
  for (size_t o = 1; o < ctx.output_count(); ++o) {
    ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(o, {ctx.in(3).type, ctx.in(3).dims}));
  }
  ctx.AllowInPlace(0, 0);
  if (Product(shape) == 0) {
    SetLaunches(ctx, {});
    return Status::Ok();
  }
  RowSpec spec;
  spec.compute = JointComputeType(ctx, 5);
  spec.dims = RowDims(shape, training ? 0b101 : 0b100);
  KernelText kernel;
  AddOperands(ctx, shape, training, &kernel, &spec);
  if (training) AddTraining(ctx, shape[0] * shape[2], &spec);
  AddSteps(ctx, training, &spec);
  SetLaunches(ctx, {MakeRowKernel(FactsOf(ctx), kernel, spec)});
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(batch_normalization, {.op = "BatchNormalization",
                                         .supports = &Supports,
                                         .prepare = &Prepare});

}  // namespace onnxifi::opencl
