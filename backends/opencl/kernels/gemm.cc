#include "backends/opencl/kernels/gemm.h"

#include <utility>

#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/activation_text.h"
#include "backends/opencl/kernels/element_loop.h"
#include "backends/opencl/kernels/gemm_tiles.h"
#include "backends/opencl/kernels/matrix_product.h"
#include "backends/opencl/kernels/pointwise.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

constexpr TypeSet kGemmTypes =
    kFloatTypes | TypeBit(DataType::kInt32) | TypeBit(DataType::kInt64) |
    TypeBit(DataType::kUint32) | TypeBit(DataType::kUint64);

// Lines that finish the sum `s` and store it as element `at`.
std::string TailText(const PrepareContext& ctx, const GemmNode& node,
                     const Epilogue& epilogue) {
  const DataType type = ctx.in(0).type;
  const bool is_float = (TypeBit(type) & kFloatTypes) != 0;
  const char* const compute = KernelTypeOf(type).compute;
  std::string text = StrCat("    ", compute, " made = s;\n");
  if (node.alpha != 1.0f) {
    text += StrCat("    made = (", compute, ")(made * ", FloatText(node.alpha),
                   ");\n");
  }
  if (node.addend >= 0) {
    text +=
        StrCat("    made += (", compute, ")(", FloatText(node.beta), " * ",
               LoadText(type, "c", node.AddendIndex("row", "column")), ");\n");
  }
  if (is_float && node.activation.kind != Activation::Kind::kNone) {
    text += StrCat(
        "    made = ", ActivationText(node.activation, "made", compute), ";\n");
  }
  return text +
         epilogue.StoreElement("made", "at", node.PlaceOf("row", "column"));
}

void BindTail(const PrepareContext& ctx, const GemmNode& node,
              const Epilogue& epilogue, KernelText* kernel) {
  if (node.addend >= 0) {
    kernel->In("c", ctx.in(0).type, static_cast<size_t>(node.addend));
  }
  epilogue.AddParameters(kernel);
}

// Every type, one element after the other.
Launch GenericGemm(const PrepareContext& ctx, const GemmNode& node,
                   const Epilogue& epilogue) {
  const DataType type = ctx.in(0).type;
  const char* const compute = KernelTypeOf(type).compute;
  KernelText kernel;
  kernel.In("a", type, 0).In("b", type, 1);
  BindTail(ctx, node, epilogue, &kernel);
  const int64_t a_row = node.transpose_a ? 1 : node.k;
  const int64_t a_k = node.transpose_a ? node.m : 1;
  const int64_t b_k = node.transpose_b ? 1 : node.n;
  const int64_t b_column = node.transpose_b ? node.k : 1;
  const std::string body = StrCat(
      "    const long z = c0, row = c1, column = c2, at = i;\n    const long "
      "a0 = ",
      node.AOffset(), " + row * ", a_row,
      ";\n    const long b0 = ", node.BOffset(), " + column * ", b_column,
      ";\n    ", compute, " s = 0;\n    for (int k = 0; k < ", node.k,
      "; ++k) s += ", LoadText(type, "a", StrCat("a0 + k * (long)", a_k)),
      " * ", LoadText(type, "b", StrCat("b0 + k * (long)", b_k)), ";\n",
      TailText(ctx, node, epilogue));
  const graph::Shape dims = {node.products(), node.m, node.n};
  return MakeCoordinateLoop(FactsOf(ctx), kernel, dims, body);
}

// Factor i of the product: matrices of rows x columns, or transposed.
ProductOperand FactorOf(const PrepareContext& ctx, size_t i,
                        const std::vector<int64_t>& strides, int64_t rows,
                        int64_t columns, bool transposed) {
  const DataType type = ctx.in(i).type;
  const char* const name = i == 0 ? "a" : "b";
  const int64_t size = rows * columns;
  ProductOperand factor;
  factor.matrices = Product(ctx.in(i).dims) / size;
  factor.strides = strides;
  for (int64_t& stride : factor.strides) stride /= size;
  factor.element = LoadText(
      type, name,
      transposed ? StrCat("((z) * ", columns, "L + (j)) * ", rows, "L + (i)")
                 : StrCat("((z) * ", rows, "L + (i)) * ", columns, "L + (j)"));
  factor.bind = [name, type, i](KernelText* kernel) {
    kernel->In(name, type, i);
  };
  return factor;
}

Status PlanProduct(PrepareContext& ctx, const GemmNode& node,
                   const Epilogue& epilogue) {
  MatrixProduct p;
  p.batch = node.batch;
  p.m = node.m;
  p.n = node.n;
  p.k = node.k;
  p.sum = ctx.in(0).type == DataType::kDouble ? DataType::kDouble
                                              : DataType::kFloat;
  p.a = FactorOf(ctx, 0, node.a_strides, node.m, node.k, node.transpose_a);
  p.b = FactorOf(ctx, 1, node.b_strides, node.k, node.n, node.transpose_b);
  p.tail = StrCat("    const long at = (z * ", node.m, "L + row) * ", node.n,
                  "L + column;\n", TailText(ctx, node, epilogue));
  p.bind_tail = [&](KernelText* kernel) {
    BindTail(ctx, node, epilogue, kernel);
  };
  ctx.BookScratch(ProductScratch(FactsOf(ctx), p));
  std::vector<Launch> launches;
  AddProduct(FactsOf(ctx), p, 0, &launches);
  SetLaunches(ctx, std::move(launches));
  return Status::Ok();
}

// Half types are unpacked once for all rows; what has few rows or columns leaves
// most of a tile unused.
bool GainsFromTiles(const PrepareContext& ctx, const GemmNode& node) {
  constexpr int64_t kFew = 8;
  const bool is_float = (TypeBit(ctx.in(0).type) & kFloatTypes) != 0;
  const bool on_cpu = FactsOf(ctx).is_cpu();
  return is_float && node.k > 0 &&
         !(on_cpu && ctx.in(0).type == DataType::kDouble) && node.m >= kFew &&
         node.n >= kFew;
}

}  // namespace

Reject SupportsGemm(const NodeView& node) {
  for (size_t i = 0; i < ProductInputs(node); ++i) {
    if (Reject r = RequireTypes(node, i, kGemmTypes); !r.supported()) return r;
  }
  return {};
}

Status PlanGemm(PrepareContext& ctx, const GemmNode& node,
                const graph::Shape& output) {
  ONNXIFI_ASSIGN_OR_RETURN(
      const Epilogue epilogue,
      Epilogue::Make(ctx, {ctx.in(0).type, output, Layout::kPlain}));
  if (node.products() * node.m * node.n == 0) {
    SetLaunches(ctx, {});
    return Status::Ok();
  }
  if (ctx.in(0).type == DataType::kFloat && node.k > 0 &&
      FactsOf(ctx).is_cpu()) {
    return PlanGemmTiles(ctx, node, epilogue);
  }
  if (GainsFromTiles(ctx, node)) return PlanProduct(ctx, node, epilogue);
  SetLaunches(ctx, {GenericGemm(ctx, node, epilogue)});
  return Status::Ok();
}

}  // namespace onnxifi::opencl
