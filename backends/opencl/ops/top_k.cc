#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/element_loop.h"
#include "backends/opencl/kernels/pointwise.h"
#include "backends/opencl/kernels/reduce.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

// Since this version k is an input.
constexpr int kInputOpset = 10;

Reject Supports(const NodeView& node) {
  if (Reject r = RequireTypes(node, 0, kNumberTypes); !r.supported()) return r;
  return node.opset() >= kInputOpset ? RequireKnown(node, 1) : Reject();
}

Result<int64_t> CountOf(const PrepareContext& ctx, int64_t size) {
  int64_t k = -1;
  if (ctx.opset() < kInputOpset) {
    k = ctx.attrs().Int("k", -1);
  } else {
    ONNXIFI_ASSIGN_OR_RETURN(const std::vector<int64_t> ks,
                             ctx.ConstantInts(1));
    if (ks.size() == 1) k = ks[0];
  }
  if (k < 0 || k > size) {
    return ShapeError(ctx, "k is outside [0, size of the axis]");
  }
  return k;
}

// Whether `a` comes before `b` of another place; a NaN is the largest number.
std::string BeforeText(bool largest, bool real) {
  const char* const more = largest ? "((a) > (b))" : "((a) < (b))";
  if (!real) return more;
  return largest ? "((a) != (a) ? (b) == (b) : (a) > (b))"
                 : "((b) != (b) ? (a) == (a) : (a) < (b))";
}

// The work of ranks grows with the square of the axis.
constexpr int64_t kMostRanked = 65536;

// On a CPU: the best so far, in order, with their places in scratch memory.
constexpr char kInsertText[] = R"(
  __global S* held = values + values_b;
  __global long* at = places + places_b;
  long n = 0;
  for (long j = 0; j < SIZE; ++j) {
    const S v = ELEMENT(x_b + j * INNER);
    if (n == K && !BEFORE(v, held[K - 1])) continue;
    long p = n < K ? n++ : n - 1;
    for (; p > 0 && BEFORE(v, held[p - 1]); --p) {
      held[p] = held[p - 1];
      at[p] = at[p - 1];
    }
    held[p] = v;
    at[p] = j;
  }
  for (long p = 0; p < K; ++p) {
    STORE(y_b + p * INNER, held[p], at[p])
  }
)";

// Elsewhere: an element's place is the number of those that come before it.
constexpr char kRankBody[] = R"(
  const long x_b = (c0 * SIZE) * INNER + c2;
  const S v = ELEMENT(x_b + c1 * INNER);
  long rank = 0;
  for (long j = 0; j < SIZE; ++j) {
    const S o = ELEMENT(x_b + j * INNER);
    rank += BEFORE(o, v) || (j < c1 && !BEFORE(v, o));
  }
  if (rank < K) {
    STORE((c0 * K + rank) * INNER + c2, v, c1)
  }
)";

Launch InsertLaunch(PrepareContext& ctx, KernelText kernel, const Shape& shape,
                    int64_t k) {
  const int64_t rows = shape[0] * shape[2];
  const auto held = static_cast<size_t>(rows * k);
  ctx.BookScratch(held * 16);
  RowSpec spec;
  spec.compute = ComputeType(ctx.in(0).type);
  spec.single = true;
  spec.serial = true;
  spec.dims = RowDims(shape, 0b010);
  const Shape lists = {shape[2] * k, 0, k};
  kernel.Scratch("places", "long", 0)
      .Scratch("values", KernelTypeOf(spec.compute).storage, held * 8);
  spec.operands = {{"x", ctx.in(0).type, RowMajorStrides(shape), 0},
                   {"y", ctx.in(0).type, {k * shape[2], 0, 1}, 0},
                   {"values", spec.compute, lists, 0},
                   {"places", DataType::kInt64, lists, 0}};
  spec.steps = {TextStep(kInsertText)};
  return MakeRowKernel(FactsOf(ctx), std::move(kernel), spec);
}

// What both texts are written in.
void AddMacros(const PrepareContext& ctx, const Shape& shape, int64_t k,
               KernelText* kernel) {
  const DataType type = ctx.in(0).type;
  const bool real = (TypeBit(type) & kFloatTypes) != 0;
  kernel->Define("SIZE", StrCat(shape[1], "L"))
      .Define("INNER", StrCat(shape[2], "L"))
      .Define("K", StrCat(k, "L"))
      .Define("ELEMENT(i_)", LoadText(type, "x", "(i_)"))
      .Define("BEFORE(a, b)",
              BeforeText(ctx.attrs().Int("largest", 1) != 0, real));
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc in = ctx.in(0);
  ONNXIFI_ASSIGN_OR_RETURN(
      const size_t axis,
      NormalizeAxis(ctx, ctx.attrs().Int("axis", -1), in.dims.size()));
  ONNXIFI_ASSIGN_OR_RETURN(const int64_t k, CountOf(ctx, in.dims[axis]));
  Shape dims = in.dims;
  dims[axis] = k;
  KernelText kernel;
  kernel.In("x", in.type, 0);
  std::string store;
  if (ctx.HasOutput(0)) {
    ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {in.type, dims}));
    kernel.Out("y", in.type, 0);
    store += StoreText(in.type, "y", "(to_)", "v_");
  }
  if (ctx.HasOutput(1)) {
    ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(1, {DataType::kInt64, dims}));
    kernel.Out("index", DataType::kInt64, 1);
    store += " index[to_] = j_;";
  }
  if (Product(dims) == 0) {
    SetLaunches(ctx, {});
    return Status::Ok();
  }
  const std::span<const int64_t> all(in.dims);
  const Shape shape = {Product(all.first(axis)), in.dims[axis],
                       Product(all.subspan(axis + 1))};
  AddMacros(ctx, shape, k, &kernel);
  kernel.Define("STORE(to_, v_, j_)", store);
  const DeviceFacts& facts = FactsOf(ctx);
  if (facts.is_cpu() || shape[1] > kMostRanked) {
    SetLaunches(ctx, {InsertLaunch(ctx, std::move(kernel), shape, k)});
    return Status::Ok();
  }
  kernel.Define("S", KernelTypeOf(in.type).compute);
  SetLaunches(ctx, {MakeCoordinateLoop(facts, kernel, shape, kRankBody)});
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(top_k,
                   {.op = "TopK", .supports = &Supports, .prepare = &Prepare});

}  // namespace onnxifi::opencl
