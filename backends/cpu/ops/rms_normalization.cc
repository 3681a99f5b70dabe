#include <algorithm>
#include <cmath>

#include "backends/common/ops/op_util.h"
#include "backends/cpu/kernels/elementwise_util.h"
#include "backends/cpu/kernels/float_stage.h"
#include "backends/cpu/kernels/strided_copy.h"
#include "backends/cpu/kernels/type_dispatch.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

struct State {
  DataType type = DataType::kFloat;
  DataType scale_type = DataType::kFloat;
  int64_t rows = 1;
  int64_t width = 1;
  int64_t scales = 1;  // elements of the scale input
  float epsilon = 1e-5F;
  StridedCopy spread{sizeof(float)};  // scale to the normalized dimensions
};

Reject Supports(const NodeView& n) {
  for (const size_t i : {size_t{0}, size_t{1}}) {
    if (Reject r = RequireTypeIn<FloatTypes>(n, i); !r.supported()) return r;
  }
  return {};
}

// F: what is computed in, double when an input is double.
template <typename F>
struct Buffers {
  F* in;
  F* scale;
  F* spread;
  F* out;
};

template <typename F>
Buffers<F> TakeBuffers(const State& s, ScratchCursor* cursor) {
  Buffers<F> b;
  b.in = cursor->TakeStage<F>(s.type, s.rows * s.width);
  b.scale = cursor->TakeStage<F>(s.scale_type, s.scales);
  b.spread = cursor->Take<F>(s.width);
  b.out = cursor->TakeStage<F>(s.scale_type, s.rows * s.width);
  return b;
}

template <typename F>
onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  ScratchCursor cursor(args.scratch);
  const Buffers<F> b = TakeBuffers<F>(s, &cursor);
  const int64_t count = s.rows * s.width;
  const F* in = AsFloat(s.type, args.in[0], count, b.in, args.pool);
  s.spread.Run(AsFloat(s.scale_type, args.in[1], s.scales, b.scale, args.pool),
               b.spread, args.pool);
  F* out = FloatTarget(s.scale_type, args.out[0], b.out);
  const int64_t grain = std::max<int64_t>((1 << 14) / (s.width + 1), 1);
  args.pool->ParallelRange(s.rows, grain, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const F* x = in + row * s.width;
      F* y = out + row * s.width;
      double sum = 0;
      for (int64_t i = 0; i < s.width; ++i) {
        sum += static_cast<double>(x[i]) * x[i];
      }
      const double mean = sum / static_cast<double>(s.width);
      const F factor = static_cast<F>(1 / std::sqrt(mean + s.epsilon));
      for (int64_t i = 0; i < s.width; ++i) {
        y[i] = x[i] * factor * b.spread[i];
      }
    }
  });
  StoreFloat(s.scale_type, out, args.out[0], count, args.pool);
  return ONNXIFI_STATUS_SUCCESS;
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc& in = ctx.in(0);
  const TensorDesc& scale = ctx.in(1);
  ONNXIFI_ASSIGN_OR_RETURN(
      const size_t axis,
      NormalizeAxis(ctx, ctx.attrs().Int("axis", -1), in.dims.size()));
  State s;
  s.type = in.type;
  s.scale_type = scale.type;
  const std::span<const int64_t> all(in.dims);
  s.rows = Product(all.first(axis));
  s.width = Product(all.subspan(axis));
  s.scales = Product(scale.dims);
  s.epsilon = ctx.attrs().Float("epsilon", 1e-5F);
  const Shape inner(in.dims.begin() + static_cast<int64_t>(axis),
                    in.dims.end());
  bool fits = scale.dims.size() <= inner.size();
  Shape strides = RowMajorStrides(scale.dims);
  strides.insert(strides.begin(), fits ? inner.size() - scale.dims.size() : 0,
                 0);
  for (size_t i = 0; fits && i < scale.dims.size(); ++i) {
    const size_t at = inner.size() - scale.dims.size() + i;
    fits = scale.dims[i] == 1 || scale.dims[i] == inner[at];
    if (scale.dims[i] == 1) strides[at] = 0;
  }
  if (!fits) {
    return ShapeError(ctx, StrCat("scale ", ShapeText(scale.dims),
                                  " does not fit the normalized dimensions ",
                                  ShapeText(inner)));
  }
  const bool wide =
      s.type == DataType::kDouble || s.scale_type == DataType::kDouble;
  s.spread = StridedCopy(wide ? sizeof(double) : sizeof(float));
  s.spread.AddDims(inner, strides, RowMajorStrides(inner));
  s.spread.Finish();
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {scale.type, in.dims}));
  DispatchFloat(wide, [&]<typename F>() {
    ScratchCursor cursor(nullptr);
    TakeBuffers<F>(s, &cursor);
    ctx.BookScratch(cursor.bytes());
    ctx.SetStepState(&Run<F>, s);
  });
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(rms_normalization, {.op = "RMSNormalization",
                                       .supports = &Supports,
                                       .prepare = &Prepare});

}  // namespace onnxifi::cpu
