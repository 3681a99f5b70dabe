#include <algorithm>
#include <cmath>

#include "backends/common/ops/op_util.h"
#include "backends/cpu/kernels/number_bytes.h"
#include "backends/cpu/kernels/type_dispatch.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

struct State {
  DataType type = DataType::kFloat;
  int64_t matrices = 1;
  int64_t side = 0;
};

Reject Supports(const NodeView& n) {
  return HasType<FloatTypes>(n.input_type(0))
             ? Reject()
             : Reject(RejectReason::kDataType, "input 0");
}

// Gaussian elimination with row exchange; destroys `m`.
double Determinant(double* m, int64_t n) {
  double det = 1;
  for (int64_t c = 0; c < n; ++c) {
    int64_t pivot = c;
    for (int64_t r = c + 1; r < n; ++r) {
      if (std::abs(m[r * n + c]) > std::abs(m[pivot * n + c])) pivot = r;
    }
    if (m[pivot * n + c] == 0) return 0;
    if (pivot != c) {
      std::swap_ranges(m + c * n, m + (c + 1) * n, m + pivot * n);
      det = -det;
    }
    det *= m[c * n + c];
    for (int64_t r = c + 1; r < n; ++r) {
      const double factor = m[r * n + c] / m[c * n + c];
      for (int64_t k = c; k < n; ++k) m[r * n + k] -= factor * m[c * n + k];
    }
  }
  return det;
}

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  double* m = static_cast<double*>(args.scratch);
  const int64_t count = s.side * s.side;
  for (int64_t i = 0; i < s.matrices; ++i) {
    for (int64_t k = 0; k < count; ++k) {
      m[k] = LoadNumber(args.in[0], s.type, i * count + k);
    }
    StoreNumber(args.out[0], s.type, i, Determinant(m, s.side));
  }
  return ONNXIFI_STATUS_SUCCESS;
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc& in = ctx.in(0);
  const size_t rank = in.dims.size();
  if (rank < 2 || in.dims[rank - 1] != in.dims[rank - 2]) {
    return ShapeError(
        ctx, StrCat("input ", ShapeText(in.dims), " holds no square matrices"));
  }
  State s;
  s.type = in.type;
  s.side = in.dims[rank - 1];
  Shape dims(in.dims.begin(), in.dims.end() - 2);
  s.matrices = Product(dims);
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {in.type, std::move(dims)}));
  ctx.BookScratch(static_cast<size_t>(s.side * s.side) * sizeof(double));
  ctx.SetStepState(&Run, s);
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(det,
                   {.op = "Det", .supports = &Supports, .prepare = &Prepare});

}  // namespace onnxifi::cpu
