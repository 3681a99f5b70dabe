// MatMulInteger (sums as they are) and QLinearMatMul (sums scaled to bytes).
#include "backends/common/ops/op_util.h"
#include "backends/common/ops/quantized_node.h"
#include "backends/opencl/kernels/element_loop.h"
#include "backends/opencl/kernels/gemm.h"
#include "backends/opencl/kernels/matrix_product.h"
#include "backends/opencl/kernels/quantized.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

Reject SupportsInteger(const NodeView& node) {
  return SupportsBytes(node, {0, 1, 2, 3}, {});
}

Reject SupportsLinear(const NodeView& node) {
  return SupportsBytes(node, {0, 2, 3, 5, 7}, {1, 4, 6});
}

std::vector<int64_t> InMatrices(std::vector<int64_t> strides, int64_t size) {
  for (int64_t& stride : strides) stride = size == 0 ? 0 : stride / size;
  return strides;
}

std::string ByteText(const char* name, const QuantInput& zero,
                     const std::string& line, int64_t rows, int64_t columns) {
  return StrCat("(int)", name, "[((z) * ", rows, "L + (i)) * ", columns,
                "L + (j)] - ", zero.Zero(line));
}

// A product without its tail. The zero points are inputs `a_zero`, `b_zero`.
Result<MatrixProduct> ReadProduct(PrepareContext& ctx, size_t second,
                                  size_t a_zero, size_t b_zero, Shape* out) {
  GemmNode node;
  ONNXIFI_RETURN_IF_ERROR(ReadMatMul(ctx, &node, out, second));
  ONNXIFI_RETURN_IF_ERROR(CheckLineParameter(ctx, a_zero, 0, 1));
  ONNXIFI_RETURN_IF_ERROR(CheckLineParameter(ctx, b_zero, second, 2));
  MatrixProduct p;
  p.batch = node.batch;
  p.m = node.m;
  p.n = node.n;
  p.k = node.k;
  p.sum = DataType::kInt32;
  const int64_t a_size = node.m * node.k;
  const int64_t b_size = node.k * node.n;
  p.a.strides = InMatrices(node.a_strides, a_size);
  p.b.strides = InMatrices(node.b_strides, b_size);
  p.a.matrices = a_size == 0 ? 0 : Product(ctx.in(0).dims) / a_size;
  p.b.matrices = b_size == 0 ? 0 : Product(ctx.in(second).dims) / b_size;
  const QuantInput a(ctx, a_zero, "a_zero");
  const QuantInput b(ctx, b_zero, "b_zero");
  p.a.element =
      ByteText("left", a, StrCat("(z) * ", node.m, "L + (i)"), node.m, node.k);
  p.b.element =
      ByteText("right", b, StrCat("(z) * ", node.n, "L + (j)"), node.k, node.n);
  p.a.bind = [a, type = ctx.in(0).type](KernelText* kernel) {
    kernel->In("left", type, 0);
    a.Bind(kernel);
  };
  p.b.bind = [b, second, type = ctx.in(second).type](KernelText* kernel) {
    kernel->In("right", type, second);
    b.Bind(kernel);
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
  Shape out;
  ONNXIFI_ASSIGN_OR_RETURN(MatrixProduct p, ReadProduct(ctx, 1, 2, 3, &out));
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {DataType::kInt32, out}));
  p.tail = StrCat("out[", OutputIndex(p), "] = s;");
  p.bind_tail = [](KernelText* kernel) {
    kernel->Out("out", DataType::kInt32, 0);
  };
  SetProduct(ctx, p);
  return Status::Ok();
}

Status PrepareLinear(PrepareContext& ctx) {
  Shape out;
  ONNXIFI_ASSIGN_OR_RETURN(MatrixProduct p, ReadProduct(ctx, 3, 2, 5, &out));
  ONNXIFI_RETURN_IF_ERROR(CheckLineParameter(ctx, 1, 0, 1));
  ONNXIFI_RETURN_IF_ERROR(CheckLineParameter(ctx, 4, 3, 2));
  for (const size_t i : {size_t{6}, size_t{7}}) {
    if (Product(ctx.in(i).dims) != 1) {
      return ShapeError(ctx, "y is scaled by one number");
    }
  }
  const DataType made = ctx.in(7).type;
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {made, out}));
  const char* const type = ScaleType(FactsOf(ctx));
  const QuantInput a(ctx, 1, "a_scale");
  const QuantInput b(ctx, 4, "b_scale");
  const QuantInput y(ctx, 6, "y_scale");
  const QuantInput zero(ctx, 7, "y_zero");
  p.tail = StoreQuantized(
      made, type, "out", OutputIndex(p),
      StrCat("(", type, ")s * (",
             a.Scale(StrCat("za * ", p.m, "L + row"), type), " * ",
             b.Scale(StrCat("zb * ", p.n, "L + column"), type), ") / ",
             y.Scale("0", type)),
      zero.Zero("0"));
  p.bind_tail = [a, b, y, zero, made](KernelText* kernel) {
    for (const QuantInput* each : {&a, &b, &y, &zero}) each->Bind(kernel);
    kernel->Out("out", made, 0);
  };
  SetProduct(ctx, p);
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(qlinear_matmul,
                   {.op = "QLinearMatMul",
                    .supports = &SupportsLinear,
                    .prepare = &PrepareLinear},
                   {.op = "MatMulInteger",
                    .supports = &SupportsInteger,
                    .prepare = &PrepareInteger});

}  // namespace onnxifi::opencl
