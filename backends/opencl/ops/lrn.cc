#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/element_loop.h"
#include "backends/opencl/kernels/normalize.h"
#include "backends/opencl/kernels/reduce.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

constexpr float kUsualBeta = 0.75F;

Reject Supports(const NodeView& node) {
  const int64_t size = node.attrs().Int("size", 0);
  if (size < 1) return {RejectReason::kAttribute, StrCat("size ", size)};
  return RequireTypes(node, 0, kFloatTypes);
}

// A row is the points of a channel. Squares of the channels around it are
// added up point by point in scratch memory.
std::vector<RowStep> Steps(const PrepareContext& ctx, const Shape& shape) {
  const graph::AttrReader attrs = ctx.attrs();
  const int64_t size = attrs.Int("size", 1);
  const int64_t before = (size - 1) / 2;
  const float beta = attrs.Float("beta", 0.75F);
  std::vector<RowStep> steps;
  steps.push_back(EachStep({}, "sum", "(V)(0)"));
  steps.push_back(TextStep(StrCat(
      "const long channel = k0 % ", shape[1],
      ";\nconst long own_b = x_b;\nfor (long d = max(-channel, -(long)", before,
      "); d <= min((long)", size - 1 - before, ", ", shape[1] - 1,
      " - channel); ++d) {\nconst long x_b = own_b + d * ", shape[2], ";\n")));
  steps.push_back(EachStep({"x", "sum"}, "sum", "sum_v + x_v * x_v"));
  steps.push_back(TextStep("}\n"));
  const bool usual = beta == kUsualBeta;
  RowStep last =
      EachStep({"x", "sum"}, "y",
               usual ? "x_v / (root * sqrt(root))"
                     : StrCat("x_v * pow(base, (V)(", ScalarText(-beta), "))"));
  last.text =
      StrCat("const V base = sum_v * ",
             ScalarText(attrs.Float("alpha", 1e-4F) / static_cast<float>(size)),
             " + ", ScalarText(attrs.Float("bias", 1.0F)), ";\n",
             usual ? "const V root = sqrt(base);\n" : "");
  steps.push_back(std::move(last));
  return steps;
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc in = ctx.in(0);
  if (in.dims.size() < 2) {
    return ShapeError(ctx, "the input has no channels");
  }
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {in.type, in.dims}));
  const Shape shape = {in.dims[0], in.dims[1],
                       Product(std::span<const int64_t>(in.dims).subspan(2))};
  if (Product(shape) == 0) {
    SetLaunches(ctx, {});
    return Status::Ok();
  }
  RowSpec spec;
  spec.compute = ComputeType(in.type);
  spec.single = true;
  spec.dims = RowDims(shape, 0b100);
  const Shape strides = RowMajorStrides(shape);
  spec.operands = {{"x", in.type, strides, 0},
                   {"y", in.type, strides, 0},
                   {"sum", spec.compute, strides, 0}};
  spec.steps = Steps(ctx, shape);
  ctx.BookScratch(static_cast<size_t>(Product(shape)) * 8);
  KernelText kernel;
  kernel.In("x", in.type, 0)
      .Out("y", in.type, 0)
      .Scratch("sum", KernelTypeOf(spec.compute).storage, 0);
  SetLaunches(ctx, {MakeRowKernel(FactsOf(ctx), kernel, spec)});
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(lrn,
                   {.op = "LRN", .supports = &Supports, .prepare = &Prepare});

}  // namespace onnxifi::opencl
