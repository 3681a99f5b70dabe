// ConvInteger (sums as they are) and QLinearConv (sums scaled to bytes): products
// of the weights of a group with the windows of its channels.
#include "backends/common/ops/conv_node.h"
#include "backends/common/ops/op_util.h"
#include "backends/common/ops/quantized_node.h"
#include "backends/opencl/kernels/element_loop.h"
#include "backends/opencl/kernels/matrix_product.h"
#include "backends/opencl/kernels/quantized.h"
#include "backends/opencl/kernels/window_text.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

Reject SupportsInteger(const NodeView& node) {
  if (Reject r = SupportsBytes(node, {0, 1, 2, 3}, {}); !r.supported()) {
    return r;
  }
  return SupportsWindow(node);
}

Reject SupportsLinear(const NodeView& node) {
  if (Reject r = SupportsBytes(node, {0, 2, 3, 5, 7}, {1, 4, 6});
      !r.supported()) {
    return r;
  }
  if (Reject r = RequireType(node, 8, {DataType::kInt32}); !r.supported()) {
    return r;
  }
  return SupportsWindow(node);
}

MatrixProduct ProductOf(const PrepareContext& ctx, const ConvNode& conv,
                        size_t weights, size_t x_zero, size_t w_zero) {
  const Window& w = conv.window;
  const int64_t in_group = conv.in_channels / conv.groups;
  MatrixProduct p;
  p.batch = {conv.batch, conv.groups};
  p.m = conv.out_channels / conv.groups;
  p.n = w.out_points();
  p.k = in_group * w.kernel_points();
  p.sum = DataType::kInt32;
  const QuantInput x(ctx, x_zero, "x_zero");
  const QuantInput zero(ctx, w_zero, "w_zero");
  p.a.matrices = conv.groups;
  p.a.strides = {0, 1};
  const std::string row = StrCat("((z) * ", p.m, "L + (i))");
  p.a.element =
      StrCat("(int)weights[", row, " * ", p.k, "L + (j)] - ", zero.Zero(row));
  p.a.bind = [zero, weights, type = ctx.in(weights).type](KernelText* kernel) {
    kernel->In("weights", type, weights);
    zero.Bind(kernel);
  };
  p.b.matrices = conv.batch * conv.groups;
  p.b.strides = {conv.groups, 1};
  // Padding has the value of the zero point.
  const WindowText window = WindowElement(w, in_group);
  p.b.element = StrCat(window.inside, " ? (int)image[", window.index, "] - ",
                       x.Zero("0"), " : 0");
  p.b.bind = [x, type = ctx.in(0).type](KernelText* kernel) {
    kernel->In("image", type, 0);
    x.Bind(kernel);
  };
  return p;
}

std::string OutputIndex(const MatrixProduct& p) {
  return StrCat("(z * ", p.m, "L + row) * ", p.n, "L + column");
}

void SetProduct(PrepareContext& ctx, const MatrixProduct& p) {
  std::vector<Launch> launches;
  ctx.BookScratch(ProductScratch(FactsOf(ctx), p));
  AddProduct(FactsOf(ctx), p, 0, &launches);
  SetLaunches(ctx, std::move(launches));
}

Status PrepareInteger(PrepareContext& ctx) {
  ONNXIFI_ASSIGN_OR_RETURN(const ConvNode conv, ReadConvSizes(ctx, 1));
  ONNXIFI_RETURN_IF_ERROR(CheckChannelParameter(ctx, 2, 1));
  ONNXIFI_RETURN_IF_ERROR(CheckChannelParameter(ctx, 3, conv.out_channels));
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(
      0, {DataType::kInt32,
          WindowOutput(conv.window, conv.batch, conv.out_channels)}));
  MatrixProduct p = ProductOf(ctx, conv, 1, 2, 3);
  p.tail = StrCat("out[", OutputIndex(p), "] = s;");
  p.bind_tail = [](KernelText* kernel) {
    kernel->Out("out", DataType::kInt32, 0);
  };
  SetProduct(ctx, p);
  return Status::Ok();
}

Status CheckLinear(const PrepareContext& ctx, const ConvNode& conv) {
  for (const size_t i : {1, 2, 6, 7}) {
    ONNXIFI_RETURN_IF_ERROR(CheckChannelParameter(ctx, i, 1));
  }
  for (const size_t i : {4, 5}) {
    ONNXIFI_RETURN_IF_ERROR(CheckChannelParameter(ctx, i, conv.out_channels));
  }
  if (ctx.HasInput(8) && ctx.in(8).dims != Shape{conv.out_channels}) {
    return ShapeError(ctx, "the bias does not fit the channels");
  }
  return Status::Ok();
}

Status PrepareLinear(PrepareContext& ctx) {
  ONNXIFI_ASSIGN_OR_RETURN(const ConvNode conv, ReadConvSizes(ctx, 3));
  ONNXIFI_RETURN_IF_ERROR(CheckLinear(ctx, conv));
  const DataType made = ctx.in(7).type;
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(
      0, {made, WindowOutput(conv.window, conv.batch, conv.out_channels)}));
  MatrixProduct p = ProductOf(ctx, conv, 3, 2, 5);
  const char* const type = ScaleType(FactsOf(ctx));
  const QuantInput x(ctx, 1, "x_scale");
  const QuantInput w(ctx, 4, "w_scale");
  const QuantInput y(ctx, 6, "y_scale");
  const QuantInput zero(ctx, 7, "y_zero");
  const std::string channel = StrCat("za * ", p.m, "L + row");
  const bool bias = ctx.HasInput(8);
  const std::string sum =
      bias ? StrCat("((long)s + bias[", channel, "])") : std::string("s");
  p.tail = StoreQuantized(
      made, type, "out", OutputIndex(p),
      StrCat("(", type, ")", sum, " * (", x.Scale("0", type), " / ",
             y.Scale("0", type), ") * ", w.Scale(channel, type)),
      zero.Zero("0"));
  p.bind_tail = [x, w, y, zero, bias, made](KernelText* kernel) {
    for (const QuantInput* each : {&x, &w, &y, &zero}) each->Bind(kernel);
    if (bias) kernel->In("bias", DataType::kInt32, 8);
    kernel->Out("out", made, 0);
  };
  SetProduct(ctx, p);
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(qlinear_conv,
                   {.op = "QLinearConv",
                    .supports = &SupportsLinear,
                    .prepare = &PrepareLinear},
                   {.op = "ConvInteger",
                    .supports = &SupportsInteger,
                    .prepare = &PrepareInteger});

}  // namespace onnxifi::opencl
