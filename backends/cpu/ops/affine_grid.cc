#include "backends/common/ops/op_util.h"
#include "backends/cpu/kernels/number_bytes.h"
#include "backends/cpu/kernels/type_dispatch.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

struct State {
  DataType type = DataType::kFloat;
  int64_t batch = 0;
  Shape dims;  // two or three spatial dimensions
  bool align_corners = false;
};

Reject Supports(const NodeView& n) {
  if (!HasType<FloatTypes>(n.input_type(0))) {
    return {RejectReason::kDataType, "input 0"};
  }
  return RequireKnown(n, 1);
}

// Position of index i along an axis, from -1 to 1.
double Position(const State& s, int64_t i, int64_t size) {
  const double n = static_cast<double>(size);
  if (!s.align_corners) return (2 * static_cast<double>(i) + 1) / n - 1;
  return size == 1 ? -1 : 2 * static_cast<double>(i) / (n - 1) - 1;
}

template <typename T>
void FillPoint(const State& s, int64_t p, const RunArgs& args) {
  const int64_t axes = static_cast<int64_t>(s.dims.size());
  const int64_t points = Product(s.dims);
  double at[4] = {0, 0, 0, 0};  // innermost first, then the constant 1
  int64_t rest = p % points;
  for (int64_t a = 0; a < axes; ++a) {
    const int64_t size = s.dims[static_cast<size_t>(axes - 1 - a)];
    at[a] = Position(s, rest % size, size);
    rest /= size;
  }
  at[axes] = 1;
  const int64_t theta = p / points * axes * (axes + 1);
  for (int64_t row = 0; row < axes; ++row) {
    double sum = 0;
    for (int64_t c = 0; c <= axes; ++c) {
      sum += static_cast<double>(
                 Widen(LoadAt<T>(args.in[0], theta + row * (axes + 1) + c))) *
             at[c];
    }
    StoreAt<T>(args.out[0], p * axes + row,
               Narrow<T>(static_cast<Compute<T>>(sum)));
  }
}

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  DispatchType<FloatTypes>(s.type, [&]<typename T>() {
    args.pool->ParallelRange(s.batch * Product(s.dims), 1024,
                             [&](int64_t begin, int64_t end) {
                               for (int64_t p = begin; p < end; ++p) {
                                 FillPoint<T>(s, p, args);
                               }
                             });
  });
  return ONNXIFI_STATUS_SUCCESS;
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc& theta = ctx.in(0);
  State s;
  s.type = theta.type;
  s.align_corners = ctx.attrs().Int("align_corners", 0) != 0;
  ONNXIFI_ASSIGN_OR_RETURN(s.dims, ctx.ConstantInts(1));
  if (s.dims.size() >= 2) s.dims.erase(s.dims.begin(), s.dims.begin() + 2);
  const int64_t axes = static_cast<int64_t>(s.dims.size());
  if (axes < 2 || axes > 3 || theta.dims.size() != 3 || theta.dims[1] != axes ||
      theta.dims[2] != axes + 1) {
    return ShapeError(ctx, StrCat("theta ", ShapeText(theta.dims),
                                  " does not fit size ", ShapeText(s.dims)));
  }
  s.batch = theta.dims[0];
  Shape out = {s.batch};
  out.insert(out.end(), s.dims.begin(), s.dims.end());
  out.push_back(axes);
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {s.type, std::move(out)}));
  ctx.SetStepState(&Run, std::move(s));
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(affine_grid, {.op = "AffineGrid",
                                 .supports = &Supports,
                                 .prepare = &Prepare});

}  // namespace onnxifi::cpu
