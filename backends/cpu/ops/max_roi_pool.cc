#include <algorithm>
#include <atomic>
#include <cmath>

#include "backends/cpu/kernels/elementwise_util.h"
#include "backends/cpu/kernels/number_bytes.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

// Regions further away than this lie outside of every tensor.
constexpr double kFar = 1e12;

struct State {
  DataType type = DataType::kFloat;
  int64_t batch = 0;
  int64_t channels = 0;
  int64_t height = 0;
  int64_t width = 0;
  int64_t rois = 0;
  int64_t out_height = 0;
  int64_t out_width = 0;
  double scale = 1;
};

Reject Supports(const NodeView& n) {
  const auto pooled = n.attrs().Ints("pooled_shape");
  if (pooled.size() != 2 || pooled[0] < 1 || pooled[1] < 1) {
    return {RejectReason::kAttribute, "pooled_shape"};
  }
  for (const size_t i : {size_t{0}, size_t{1}}) {
    if (Reject r = RequireTypeIn<FloatTypes>(n, i); !r.supported()) return r;
  }
  return {};
}

// One side of a region: first pixel and pixels per cell.
struct Side {
  double start;
  double cell;
};
Side MakeSide(double from, double to, double scale, int64_t cells) {
  const auto pixel = [&](double at) {
    return std::clamp(std::round(at * scale), -kFar, kFar);
  };
  const double start = pixel(from);
  const double size = std::max(pixel(to) - start + 1, 1.0);
  return {start, size / static_cast<double>(cells)};
}

struct Range {
  int64_t begin;
  int64_t end;
};
Range CellOf(const Side& side, int64_t i, int64_t limit) {
  const auto inside = [&](double at) {
    return static_cast<int64_t>(
        std::clamp(at + side.start, 0.0, static_cast<double>(limit)));
  };
  return {inside(std::floor(static_cast<double>(i) * side.cell)),
          inside(std::ceil(static_cast<double>(i + 1) * side.cell))};
}

template <typename T>
void PoolPlane(const State& s, const void* image, const Side& vertical,
               const Side& horizontal, int64_t plane, void* out, int64_t to) {
  for (int64_t y = 0; y < s.out_height; ++y) {
    const Range rows = CellOf(vertical, y, s.height);
    for (int64_t x = 0; x < s.out_width; ++x) {
      const Range columns = CellOf(horizontal, x, s.width);
      bool any = false;
      T best{};
      for (int64_t r = rows.begin; r < rows.end; ++r) {
        for (int64_t c = columns.begin; c < columns.end; ++c) {
          const T value = LoadAt<T>(image, plane + r * s.width + c);
          if (!any || Widen(value) > Widen(best)) best = value;
          any = true;
        }
      }
      StoreAt<T>(out, to + y * s.out_width + x, best);
    }
  }
}

// False when the region names no entry of the batch.
template <typename T>
bool PoolRegion(const State& s, int64_t roi, const RunArgs& args) {
  const auto number = [&](int64_t k) {
    return static_cast<double>(Widen(LoadAt<T>(args.in[1], roi * 5 + k)));
  };
  const double entry = number(0);
  if (!(entry >= 0 && entry < static_cast<double>(s.batch))) return false;
  for (int64_t k = 1; k < 5; ++k) {
    if (std::isnan(number(k))) return false;
  }
  const Side horizontal = MakeSide(number(1), number(3), s.scale, s.out_width);
  const Side vertical = MakeSide(number(2), number(4), s.scale, s.out_height);
  const int64_t from = static_cast<int64_t>(entry) * s.channels;
  for (int64_t c = 0; c < s.channels; ++c) {
    PoolPlane<T>(s, args.in[0], vertical, horizontal,
                 (from + c) * s.height * s.width, args.out[0],
                 (roi * s.channels + c) * s.out_height * s.out_width);
  }
  return true;
}

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  std::atomic<bool> ok = true;
  DispatchType<FloatTypes>(s.type, [&]<typename T>() {
    args.pool->ParallelRange(s.rois, 1, [&](int64_t begin, int64_t end) {
      for (int64_t roi = begin; roi < end; ++roi) {
        if (!PoolRegion<T>(s, roi, args)) ok = false;
      }
    });
  });
  return ok ? ONNXIFI_STATUS_SUCCESS : ONNXIFI_STATUS_INTERNAL_ERROR;
}

Status Prepare(PrepareContext& ctx) {
  const Shape& x = ctx.in(0).dims;
  const Shape& rois = ctx.in(1).dims;
  if (x.size() != 4 || rois.size() != 2 || rois[1] != 5 ||
      ctx.in(1).type != ctx.in(0).type) {
    return ShapeError(ctx, StrCat("input ", ShapeText(x), " and regions ",
                                  ShapeText(rois), " do not fit"));
  }
  const auto pooled = ctx.attrs().Ints("pooled_shape");
  State s;
  s.type = ctx.in(0).type;
  s.batch = x[0];
  s.channels = x[1];
  s.height = x[2];
  s.width = x[3];
  s.rois = rois[0];
  s.out_height = pooled[0];
  s.out_width = pooled[1];
  s.scale = ctx.attrs().Float("spatial_scale", 1);
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(
      0, {s.type, {s.rois, s.channels, s.out_height, s.out_width}}));
  ctx.SetStepState(&Run, s);
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(max_roi_pool, {.op = "MaxRoiPool",
                                  .supports = &Supports,
                                  .prepare = &Prepare});

}  // namespace onnxifi::cpu
