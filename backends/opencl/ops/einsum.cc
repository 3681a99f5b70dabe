// Two factors that have rows, columns and terms are multiplied as matrices; any
// other equation is summed up element by element.
#include <utility>

#include "backends/common/ops/einsum_equation.h"
#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/element_loop.h"
#include "backends/opencl/kernels/loop_text.h"
#include "backends/opencl/kernels/matrix_product.h"
#include "backends/opencl/kernels/pointwise.h"
#include "backends/opencl/kernels/reduce.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

// Sides of a product that are worth tiles.
constexpr int64_t kLeastSide = 4;

Reject Supports(const NodeView& node) {
  if (node.input_count() == 0) return {RejectReason::kShape, "no inputs"};
  for (size_t i = 0; i < node.input_count(); ++i) {
    if (Reject r = RequireTypes(node, i, kNumberTypes); !r.supported()) {
      return r;
    }
  }
  return {};
}

// Some of the equation's labels: sizes, and strides in both factors and in the
// output.
struct Labels {
  Shape sizes;
  Shape a;
  Shape b;
  Shape out;

  void Add(int64_t size, int64_t a_stride, int64_t b_stride,
           int64_t out_stride) {
    sizes.push_back(size);
    a.push_back(a_stride);
    b.push_back(b_stride);
    out.push_back(out_stride);
  }
};

struct Roles {
  Labels batch;
  Labels rows;
  Labels columns;
  Labels terms;
};

// False when the equation is no product of matrices that is worth tiles.
bool FindRoles(const EinsumLoops& loops, Roles* roles) {
  if (loops.out_strides.size() != 2) return false;
  const Shape out = RowMajorStrides(loops.out);
  for (size_t d = 0; d < loops.out.size(); ++d) {
    const int64_t a = loops.out_strides[0][d];
    const int64_t b = loops.out_strides[1][d];
    if (loops.out[d] == 1) continue;
    Labels& labels = a == 0   ? roles->columns
                     : b == 0 ? roles->rows
                              : roles->batch;
    labels.Add(loops.out[d], a, b, out[d]);
  }
  for (size_t d = 0; d < loops.summed.size(); ++d) {
    const int64_t a = loops.summed_strides[0][d];
    const int64_t b = loops.summed_strides[1][d];
    if (loops.summed[d] == 1) continue;
    if (a == 0 || b == 0) return false;
    roles->terms.Add(loops.summed[d], a, b, 0);
  }
  return Product(roles->rows.sizes) >= kLeastSide &&
         Product(roles->columns.sizes) >= kLeastSide &&
         Product(roles->terms.sizes) >= kLeastSide;
}

void SetProduct(PrepareContext& ctx, const Roles& r) {
  const DataType type = ctx.in(0).type;
  MatrixProduct p;
  p.batch = r.batch.sizes;
  p.m = Product(r.rows.sizes);
  p.n = Product(r.columns.sizes);
  p.k = Product(r.terms.sizes);
  p.sum = ComputeType(type);
  p.a.matrices = p.b.matrices = Product(p.batch);
  p.a.strides = p.b.strides = RowMajorStrides(p.batch);
  p.a.direct = type == DataType::kFloat && r.rows.sizes.size() < 2 &&
               r.terms.sizes.size() < 2;
  p.a.element =
      LoadText(type, "left",
               StrCat(OffsetText("(z)", r.batch.sizes, r.batch.a), " + ",
                      OffsetText("(i)", r.rows.sizes, r.rows.a), " + ",
                      OffsetText("(j)", r.terms.sizes, r.terms.a)));
  p.a.bind = [type](KernelText* kernel) { kernel->In("left", type, 0); };
  p.b.element =
      LoadText(type, "right",
               StrCat(OffsetText("(z)", r.batch.sizes, r.batch.b), " + ",
                      OffsetText("(i)", r.terms.sizes, r.terms.b), " + ",
                      OffsetText("(j)", r.columns.sizes, r.columns.b)));
  p.b.bind = [type](KernelText* kernel) { kernel->In("right", type, 1); };
  p.tail =
      StoreText(type, "out",
                StrCat(OffsetText("z", r.batch.sizes, r.batch.out), " + ",
                       OffsetText("row", r.rows.sizes, r.rows.out), " + ",
                       OffsetText("column", r.columns.sizes, r.columns.out)),
                "s");
  p.bind_tail = [type](KernelText* kernel) { kernel->Out("out", type, 0); };
  std::vector<Launch> launches;
  ctx.BookScratch(ProductScratch(FactsOf(ctx), p));
  AddProduct(FactsOf(ctx), p, 0, &launches);
  SetLaunches(ctx, std::move(launches));
}

void SetLoops(PrepareContext& ctx, const EinsumLoops& loops) {
  const DataType type = ctx.in(0).type;
  const char* const compute = KernelTypeOf(type).compute;
  KernelText kernel;
  std::vector<LoopOperand> operands;
  std::string term = "1";
  for (size_t i = 0; i < ctx.input_count(); ++i) {
    const std::string name = StrCat("in", i);
    kernel.In(name, type, i);
    operands.push_back({name, loops.out_strides[i], 0});
    const std::string place =
        StrCat(name, "_i + ",
               IndexText(loops.summed_strides[i], 0, loops.summed.size(), "s"));
    term = i == 0 ? LoadText(type, name, place)
                  : StrCat(term, " * ", LoadText(type, name, place));
  }
  kernel.Out("y", type, 0);
  std::string body = StrCat("    ", compute, " sum = 0;\n");
  for (size_t d = 0; d < loops.summed.size(); ++d) {
    body += StrCat("    for (long s", d, " = 0; s", d, " < ", loops.summed[d],
                   "; ++s", d, ")\n");
  }
  body += StrCat("      sum += ", term, ";\n    ",
                 StoreText(type, "y", "i", "sum"));
  SetLaunches(ctx, {MakeElementLoop(FactsOf(ctx), std::move(kernel), loops.out,
                                    operands, body)});
}

Status Prepare(PrepareContext& ctx) {
  std::vector<Shape> dims;
  for (size_t i = 0; i < ctx.input_count(); ++i) {
    dims.push_back(ctx.in(i).dims);
    if (ctx.in(i).type != ctx.in(0).type) {
      return ShapeError(ctx, "the inputs have different types");
    }
  }
  EinsumLoops loops;
  const std::string equation(ctx.attrs().String("equation", ""));
  if (!ParseEinsum(equation, dims, &loops) ||
      loops.out.size() > graph::kMaxRank) {
    return ShapeError(
        ctx, StrCat("equation '", equation, "' does not fit the inputs"));
  }
  const DataType type = ctx.in(0).type;
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {type, loops.out}));
  Roles roles;
  if ((TypeBit(type) & kFloatTypes) != 0 && Product(loops.out) > 0 &&
      FindRoles(loops, &roles)) {
    SetProduct(ctx, roles);
  } else {
    SetLoops(ctx, loops);
  }
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(einsum, {.op = "Einsum",
                            .supports = &Supports,
                            .prepare = &Prepare});

}  // namespace onnxifi::opencl
