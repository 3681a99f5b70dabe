#include "backends/cpu/pool_plan.h"

#include <algorithm>

#include "backends/common/ops/op_util.h"
#include "backends/cpu/kernels/plane_pool.h"
#include "backends/cpu/kernels/type_dispatch.h"
#include "backends/cpu/kernels/vector_kernels.h"
#include "base/checked.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {

namespace {

struct State {
  PoolNode pool;
  int block = 0;       // 1: plain
  int64_t planes = 0;  // batch x channel blocks, or batch x channels
  int64_t bands = 1;   // output rows are cut so many times
};

// Planes in whole; large ones in bands of rows when there are few.
onnxStatus RunPlanes(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  const Window& w = s.pool.window;
  const VectorKernels& v = Vectors();
  const float* in = static_cast<const float*>(args.in[0]);
  float* out = static_cast<float*>(args.out[0]);
  const int64_t in_plane = w.in_points() * s.block;
  const int64_t out_plane = w.out_points() * s.block;
  const int64_t work = out_plane * w.kernel_points();
  args.pool->ParallelRange(
      s.planes, 1 + kElementGrain / (1 + work),
      [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) {
          const PoolPlane plane = {in + i * in_plane,    out + i * out_plane,
                                   w.in.data(),          w.out.data(),
                                   w.kernel.data(),      w.stride.data(),
                                   w.dilation.data(),    w.pad_begin.data(),
                                   s.pool.count_padding, w.pad_end.data()};
          if (s.block == 1) {
            RunPlanePool(plane, s.pool.kind == PoolKind::kMax);
          } else if (s.pool.kind == PoolKind::kMax) {
            v.max_pool(s.block, plane);
          } else {
            v.average_pool(s.block, plane);
          }
        }
      });
  return ONNXIFI_STATUS_SUCCESS;
}

template <typename T>
using SumOf = std::conditional_t<std::is_same_v<T, float> || std::is_class_v<T>,
                                 float, double>;

// Taps of a window that lie inside the tensor or its declared padding.
int64_t CountedTaps(const Window& w, size_t d, int64_t start) {
  return TapsInside(start, w.kernel[d], w.dilation[d], w.in[d] + w.pad_end[d])
      .end;
}

template <typename T>
T AverageAt(const PoolNode& pool, const T* image, int64_t point) {
  const Window& w = pool.window;
  const int64_t z =
      point / (w.out[1] * w.out[2]) * w.stride[0] - w.pad_begin[0];
  const int64_t y = point / w.out[2] % w.out[1] * w.stride[1] - w.pad_begin[1];
  const int64_t x = point % w.out[2] * w.stride[2] - w.pad_begin[2];
  const TapRange tz = TapsInside(z, w.kernel[0], w.dilation[0], w.in[0]);
  const TapRange ty = TapsInside(y, w.kernel[1], w.dilation[1], w.in[1]);
  const TapRange tx = TapsInside(x, w.kernel[2], w.dilation[2], w.in[2]);
  SumOf<T> sum{};
  for (int64_t a = tz.begin; a < tz.end; ++a) {
    for (int64_t b = ty.begin; b < ty.end; ++b) {
      const T* line =
          image +
          ((z + a * w.dilation[0]) * w.in[1] + y + b * w.dilation[1]) *
              w.in[2] +
          x;
      for (int64_t c = tx.begin; c < tx.end; ++c) {
        if constexpr (std::is_class_v<T>) {
          sum += ToFloat(line[c * w.dilation[2]]);
        } else {
          sum += line[c * w.dilation[2]];
        }
      }
    }
  }
  const int64_t taps =
      pool.count_padding
          ? CountedTaps(w, 0, z) * CountedTaps(w, 1, y) * CountedTaps(w, 2, x)
          : (tz.end - tz.begin) * (ty.end - ty.begin) * (tx.end - tx.begin);
  const SumOf<T> mean = sum / static_cast<SumOf<T>>(taps);
  if constexpr (std::is_class_v<T>) {
    return FromFloat<T>(mean);
  } else {
    return static_cast<T>(mean);
  }
}

template <typename T>
onnxStatus RunPlain(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  const Window& w = s.pool.window;
  const T* in = static_cast<const T*>(args.in[0]);
  T* out = static_cast<T*>(args.out[0]);
  const int64_t in_points = w.in_points();
  const int64_t out_points = w.out_points();
  args.pool->ParallelRange(
      s.planes, 1 + kElementGrain / (1 + out_points * w.kernel_points()),
      [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) {
          for (int64_t p = 0; p < out_points; ++p) {
            out[i * out_points + p] = AverageAt(s.pool, in + i * in_points, p);
          }
        }
      });
  return ONNXIFI_STATUS_SUCCESS;
}

}  // namespace

bool BlockedPoolFits(const PrepareContext& ctx) {
  return ctx.in(0).type == graph::DataType::kFloat &&
         ctx.in(0).layout != Layout::kPlain;
}

Status PlanBlockedPool(PrepareContext& ctx, const PoolNode& pool) {
  const TensorDesc& in = ctx.in(0);
  State state;
  state.pool = pool;
  state.block = static_cast<int>(in.layout);
  state.planes = in.dims[0] * CeilDiv<int64_t>(in.dims[1], state.block);
  const Layout layout = in.layout;
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(
      0, {in.type, WindowOutput(pool.window, in.dims[0], in.dims[1]), layout}));
  ctx.SetStepState(&RunPlanes, state);
  return Status::Ok();
}

bool PlanePoolTakes(const PrepareContext& ctx, const Window& window) {
  return ctx.in(0).type == graph::DataType::kFloat && PlanePoolFits(window);
}

Status PlanPlanePool(PrepareContext& ctx, const PoolNode& pool) {
  ONNXIFI_RETURN_IF_ERROR(ctx.RequireLayout(0, Layout::kPlain));
  const TensorDesc& in = ctx.in(0);
  State state;
  state.pool = pool;
  state.block = 1;
  state.planes = in.dims[0] * in.dims[1];
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(
      0, {in.type, WindowOutput(pool.window, in.dims[0], in.dims[1])}));
  ctx.SetStepState(&RunPlanes, state);
  return Status::Ok();
}

Status PlanPlainAverage(PrepareContext& ctx, const PoolNode& pool) {
  if (PlanePoolTakes(ctx, pool.window)) return PlanPlanePool(ctx, pool);
  ONNXIFI_RETURN_IF_ERROR(ctx.RequireLayout(0, Layout::kPlain));
  const TensorDesc& in = ctx.in(0);
  const graph::DataType type = in.type;
  State state;
  state.pool = pool;
  state.planes = in.dims[0] * in.dims[1];
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(
      0, {type, WindowOutput(pool.window, in.dims[0], in.dims[1])}));
  RunFn fn = nullptr;
  DispatchType<FloatTypes>(type, [&]<typename T>() { fn = &RunPlain<T>; });
  ctx.SetStepState(fn, state);
  return Status::Ok();
}

Result<Window> GlobalWindow(const NodeView& node, const graph::Shape& in_dims) {
  // Dimensions beyond the third spatial one are folded into the last.
  if (in_dims.size() < 2) {
    return ShapeError(node, StrCat("input of shape ", ShapeText(in_dims),
                                   " has no channels"));
  }
  Window w;
  w.rank = std::clamp<size_t>(in_dims.size() - 2, 1, kMaxSpatial);
  for (size_t i = 2; i < in_dims.size(); ++i) w.in[2] *= in_dims[i];
  w.kernel = w.in;
  return w;
}

}  // namespace onnxifi::cpu
