// Gaussian elimination with row exchange, each matrix by one item.
#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/element_loop.h"
#include "backends/opencl/kernels/pointwise.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

Reject Supports(const NodeView& node) {
  return RequireTypes(node, 0, kFloatTypes);
}

constexpr char kText[] = R"(
    __global S* m = work + (long)i * SIDE * SIDE;
    for (long e = 0; e < (long)SIDE * SIDE; ++e) {
      m[e] = ELEMENT((long)i * SIDE * SIDE + e);
    }
    S det = 1;
    for (long c = 0; c < SIDE && det != 0; ++c) {
      long pivot = c;
      for (long r = c + 1; r < SIDE; ++r) {
        if (fabs(m[r * SIDE + c]) > fabs(m[pivot * SIDE + c])) pivot = r;
      }
      if (m[pivot * SIDE + c] == 0) {
        det = 0;
        break;
      }
      for (long k = c; pivot != c && k < SIDE; ++k) {
        const S held = m[c * SIDE + k];
        m[c * SIDE + k] = m[pivot * SIDE + k];
        m[pivot * SIDE + k] = held;
      }
      if (pivot != c) det = -det;
      det *= m[c * SIDE + c];
      for (long r = c + 1; r < SIDE; ++r) {
        const S factor = m[r * SIDE + c] / m[c * SIDE + c];
        for (long k = c; k < SIDE; ++k) {
          m[r * SIDE + k] -= factor * m[c * SIDE + k];
        }
      }
    }
)";

Status Prepare(PrepareContext& ctx) {
  const TensorDesc in = ctx.in(0);
  const size_t rank = in.dims.size();
  if (rank < 2 || in.dims[rank - 1] != in.dims[rank - 2]) {
    return ShapeError(
        ctx, StrCat("input ", ShapeText(in.dims), " holds no square matrices"));
  }
  const Shape dims(in.dims.begin(), in.dims.end() - 2);
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {in.type, dims}));
  const DeviceFacts& facts = FactsOf(ctx);
  const char* const type = facts.has_double ? "double" : "float";
  KernelText kernel;
  kernel.In("x", in.type, 0).Out("y", in.type, 0).Scratch("work", type, 0);
  kernel.Define("S", type)
      .Define("SIDE", in.dims[rank - 1])
      .Define("ELEMENT(e)", LoadText(in.type, "x", "(e)"));
  ctx.BookScratch(static_cast<size_t>(Product(in.dims)) * sizeof(double));
  const std::string store = StoreText(
      in.type, "y", "i", StrCat("(", KernelTypeOf(in.type).compute, ")det"));
  SetLaunches(ctx, {MakeCoordinateLoop(facts, kernel, {{Product(dims)}},
                                       StrCat(kText, store))});
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(det,
                   {.op = "Det", .supports = &Supports, .prepare = &Prepare});

}  // namespace onnxifi::opencl
