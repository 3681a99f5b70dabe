#include "backends/opencl/kernels/class_loss.h"

#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/element_loop.h"
#include "backends/opencl/kernels/reduce.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

struct Loss {
  bool log_softmax = false;
  std::string reduction;
  bool has_weight = false;
  bool has_log_prob = false;
  DataType type = DataType::kFloat;
  DataType compute = DataType::kFloat;
  Shape shape;  // batch, classes, positions of an entry

  bool sums() const { return reduction != "none"; }
  int64_t positions() const { return shape[0] * shape[2]; }
};

std::string ReductionOf(const NodeView& node) {
  return std::string(node.attrs().String("reduction", "mean"));
}

Status CheckShapes(const PrepareContext& ctx) {
  const TensorDesc& in = ctx.in(0);
  const TensorDesc& target = ctx.in(1);
  Shape positions = in.dims;
  if (positions.size() >= 2) positions.erase(positions.begin() + 1);
  if (in.dims.size() < 2 || target.dims != positions ||
      (ctx.HasInput(2) && Product(ctx.in(2).dims) != in.dims[1])) {
    return ShapeError(
        ctx, StrCat("targets ", ShapeText(target.dims),
                    " or weights do not fit scores ", ShapeText(in.dims)));
  }
  return Status::Ok();
}

// The loss of the row's label: S `loss`, and its weight, S `w`.
RowStep LabelStep(const PrepareContext& ctx, const Loss& loss) {
  const int64_t inner = loss.shape[2];
  const std::string score =
      LoadText(loss.type, "x", StrCat("x_b + (label * ", inner, ")"));
  const std::string weight =
      loss.has_weight ? LoadText(loss.type, "weight", "label") : "1";
  RowStep step =
      TextStep("const long label = t[t_b];\nS loss = 0;\nS w = 0;\n");
  if (ctx.attrs().Has("ignore_index")) {
    step.text +=
        StrCat("if (label != ", ctx.attrs().Int("ignore_index", 0), "L) {\n");
  } else {
    step.text += "{\n";
  }
  step.text +=
      StrCat("if (label < 0 || label >= ", loss.shape[1],
             ") {\nfailure[0] = 1;\n} else {\nw = ", weight, ";\nloss = -(",
             score, loss.log_softmax ? " - shift" : "", ") * w;\n}\n}\n");
  if (loss.sums()) {
    step.stores = {{"part", "loss"}, {"weights", "w"}};
  } else {
    step.stores = {{"y", "loss"}};
  }
  return step;
}

// The loss of every position, to output 0 or to scratch memory.
Launch PositionLaunch(const PrepareContext& ctx, const Loss& loss) {
  RowSpec spec;
  spec.compute = loss.compute;
  spec.single = true;
  spec.serial = !loss.log_softmax;  // there is no loop
  spec.dims = RowDims(loss.shape, 0b010);
  const Shape dense = RowMajorStrides(loss.shape);
  const Shape kept = KeptStrides(spec.dims);
  KernelText kernel;
  kernel.In("x", loss.type, 0).In("t", ctx.in(1).type, 1).Failure();
  spec.operands = {{"x", loss.type, dense, 0}, {"t", ctx.in(1).type, kept, 0}};
  if (loss.has_weight) kernel.In("weight", loss.type, 2);
  if (loss.sums()) {
    const char* const type = KernelTypeOf(loss.compute).storage;
    kernel.Scratch("part", type, 0)
        .Scratch("weights", type, static_cast<size_t>(loss.positions()) * 8);
    spec.operands.push_back({"part", loss.compute, kept, 0});
    spec.operands.push_back({"weights", loss.compute, kept, 0});
  } else {
    kernel.Out("y", loss.type, 0);
    spec.operands.push_back({"y", loss.type, kept, 0});
  }
  if (loss.log_softmax) {
    spec.steps.push_back(FoldStep("peak", "-INFINITY", "x_v", kMaxText, {"x"}));
    spec.steps.push_back(
        FoldStep("sum", "0", "$exp(x_v - (V)(peak))", kSumText, {"x"}));
    spec.steps.push_back(TextStep("const R shift = peak + log(sum);\n"));
  }
  if (loss.has_log_prob) {
    kernel.Out("log_prob", loss.type, 1);
    spec.operands.push_back({"log_prob", loss.type, dense, 0});
    spec.steps.push_back(EachStep({"x"}, "log_prob", "x_v - (V)(shift)"));
  }
  spec.steps.push_back(LabelStep(ctx, loss));
  return MakeRowKernel(FactsOf(ctx), kernel, spec);
}

// The sum of the losses in scratch memory, or their weighted mean.
Launch SumLaunch(const PrepareContext& ctx, const Loss& loss) {
  const char* const type = KernelTypeOf(loss.compute).storage;
  KernelText kernel;
  kernel.Scratch("part", type, 0)
      .Scratch("weights", type, static_cast<size_t>(loss.positions()) * 8)
      .Out("y", loss.type, 0);
  RowSpec spec;
  spec.compute = loss.compute;
  spec.dims = {{loss.positions(), true}};
  spec.operands = {{"part", loss.compute, {1}, 0},
                   {"weights", loss.compute, {1}, 0},
                   {"y", loss.type, {0}, 0}};
  spec.steps.push_back(FoldStep("sum", "0", "part_v", kSumText, {"part"}));
  const bool mean = loss.reduction == "mean";
  if (mean) {
    spec.steps.push_back(
        FoldStep("total", "0", "weights_v", kSumText, {"weights"}));
  }
  spec.steps.push_back(StoreStep("y", mean ? "sum / total" : "sum"));
  return MakeRowKernel(FactsOf(ctx), kernel, spec);
}

}  // namespace

Reject SupportsClassLoss(const NodeView& node) {
  const std::string reduction = ReductionOf(node);
  if (reduction != "none" && reduction != "sum" && reduction != "mean") {
    return {RejectReason::kAttribute, "reduction"};
  }
  for (const size_t i : {size_t{0}, size_t{2}}) {
    if (Reject r = RequireTypes(node, i, kFloatTypes); !r.supported()) return r;
  }
  if (node.HasInput(2) && node.input_type(2) != node.input_type(0)) {
    return {RejectReason::kDataType, "weights of another type"};
  }
  return RequireType(node, 1, {DataType::kInt32, DataType::kInt64});
}

Status PrepareClassLoss(PrepareContext& ctx, bool log_softmax) {
  ONNXIFI_RETURN_IF_ERROR(CheckShapes(ctx));
  const TensorDesc in = ctx.in(0);
  Loss loss;
  loss.log_softmax = log_softmax;
  loss.reduction = ReductionOf(ctx);
  loss.has_weight = ctx.HasInput(2);
  loss.has_log_prob = log_softmax && ctx.HasOutput(1);
  loss.type = in.type;
  loss.compute = ComputeType(in.type);
  loss.shape = {in.dims[0], in.dims[1],
                Product(std::span<const int64_t>(in.dims).subspan(2))};
  ONNXIFI_RETURN_IF_ERROR(
      ctx.SetOutput(0, {in.type, loss.sums() ? Shape{} : ctx.in(1).dims}));
  if (loss.has_log_prob) {
    ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(1, {in.type, in.dims}));
  }
  std::vector<Launch> launches;
  if (loss.positions() > 0) launches.push_back(PositionLaunch(ctx, loss));
  if (loss.sums()) {
    launches.push_back(SumLaunch(ctx, loss));
    ctx.BookScratch(static_cast<size_t>(loss.positions()) * 16);
  }
  SetLaunches(ctx, std::move(launches));
  return Status::Ok();
}

}  // namespace onnxifi::opencl
