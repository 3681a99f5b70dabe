#include <algorithm>
#include <atomic>
#include <cmath>

#include "backends/common/ops/op_util.h"
#include "backends/cpu/kernels/elementwise_util.h"
#include "backends/cpu/kernels/float_stage.h"
#include "backends/cpu/kernels/number_bytes.h"
#include "backends/cpu/kernels/type_dispatch.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

// Samples along one side of a bin; more would only repeat pixels.
constexpr int64_t kMaxSamples = 4096;

struct State {
  DataType type = DataType::kFloat;
  int64_t batch = 0;
  int64_t channels = 0;
  int64_t height = 0;
  int64_t width = 0;
  int64_t rois = 0;
  int64_t out_height = 1;
  int64_t out_width = 1;
  int64_t sampling = 0;  // 0: as many as the bin has pixels
  float scale = 1;
  bool max = false;
  bool half_pixel = true;
};

Reject Supports(const NodeView& n) {
  const auto mode = n.attrs().String("mode", "avg");
  const auto coordinates =
      n.attrs().String("coordinate_transformation_mode", "half_pixel");
  if ((mode != "avg" && mode != "max") ||
      (coordinates != "half_pixel" && coordinates != "output_half_pixel")) {
    return {RejectReason::kAttribute, "mode"};
  }
  for (const size_t i : {size_t{0}, size_t{1}}) {
    if (Reject r = RequireTypeIn<FloatTypes>(n, i); !r.supported()) return r;
  }
  return RequireType(n, 2, {DataType::kInt64});
}

// F: what is computed in, double for double and float for other types.
template <typename F>
struct Region {
  F top, left;            // in input pixels
  F bin_h, bin_w;         // size of one output cell
  int64_t rows, columns;  // samples of one cell
};

int64_t Samples(const State& s, double size, int64_t cells) {
  if (s.sampling > 0) return std::min(s.sampling, kMaxSamples);
  const double count = std::ceil(size / static_cast<double>(cells));
  return std::clamp<int64_t>(SaturatedInt(count), 0, kMaxSamples);
}

template <typename F>
Region<F> MakeRegion(const State& s, const F* roi) {
  const F shift = s.half_pixel ? F{0.5} : F{0};
  Region<F> r;
  r.left = roi[0] * s.scale - shift;
  r.top = roi[1] * s.scale - shift;
  F width = roi[2] * s.scale - shift - r.left;
  F height = roi[3] * s.scale - shift - r.top;
  if (!s.half_pixel) {
    width = std::max(width, F{1});
    height = std::max(height, F{1});
  }
  r.bin_h = height / static_cast<F>(s.out_height);
  r.bin_w = width / static_cast<F>(s.out_width);
  r.rows = Samples(s, height, s.out_height);
  r.columns = Samples(s, width, s.out_width);
  return r;
}

// The pixel below a position and the share of the one above.
template <typename F>
struct Between {
  int64_t low;
  int64_t high;
  F share;
};

template <typename F>
bool Locate(F x, int64_t size, Between<F>* out) {
  if (!(x >= F{-1} && x <= static_cast<F>(size))) return false;
  x = std::max(x, F{0});
  out->low = static_cast<int64_t>(x);
  if (out->low >= size - 1) {
    *out = {size - 1, size - 1, 0};
  } else {
    out->high = out->low + 1;
    out->share = x - static_cast<F>(out->low);
  }
  return true;
}

template <typename F>
F Cell(const State& s, const Region<F>& r, int64_t py, int64_t px,
       const F* plane) {
  F sum = 0;
  F most = 0;
  bool first = true;
  for (int64_t iy = 0; iy < r.rows; ++iy) {
    const F y =
        r.top + static_cast<F>(py) * r.bin_h +
        (static_cast<F>(iy) + F{0.5}) * r.bin_h / static_cast<F>(r.rows);
    for (int64_t ix = 0; ix < r.columns; ++ix) {
      const F x =
          r.left + static_cast<F>(px) * r.bin_w +
          (static_cast<F>(ix) + F{0.5}) * r.bin_w / static_cast<F>(r.columns);
      Between<F> v, h;
      F parts[4] = {0, 0, 0, 0};
      if (Locate(y, s.height, &v) && Locate(x, s.width, &h)) {
        const F* low = plane + v.low * s.width;
        const F* high = plane + v.high * s.width;
        parts[0] = (1 - v.share) * (1 - h.share) * low[h.low];
        parts[1] = (1 - v.share) * h.share * low[h.high];
        parts[2] = v.share * (1 - h.share) * high[h.low];
        parts[3] = v.share * h.share * high[h.high];
      }
      sum += parts[0] + parts[1] + parts[2] + parts[3];
      // The operator defines max over the weighted corners.
      const F top = *std::max_element(parts, parts + 4);
      most = first ? top : std::max(most, top);
      first = false;
    }
  }
  if (s.max) return most;
  return sum / static_cast<F>(std::max<int64_t>(r.rows * r.columns, 1));
}

template <typename F>
struct Buffers {
  F* in;
  F* rois;
  F* out;
};

template <typename F>
Buffers<F> TakeBuffers(const State& s, ScratchCursor* cursor) {
  Buffers<F> b;
  b.in =
      cursor->TakeStage<F>(s.type, s.batch * s.channels * s.height * s.width);
  b.rois = cursor->TakeStage<F>(s.type, s.rois * 4);
  b.out = cursor->TakeStage<F>(
      s.type, s.rois * s.channels * s.out_height * s.out_width);
  return b;
}

template <typename F>
onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  for (int64_t i = 0; i < s.rois; ++i) {
    const int64_t image = LoadInt(args.in[2], DataType::kInt64, i);
    if (image < 0 || image >= s.batch) return ONNXIFI_STATUS_INTERNAL_ERROR;
  }
  ScratchCursor cursor(args.scratch);
  const Buffers<F> b = TakeBuffers<F>(s, &cursor);
  const int64_t plane = s.height * s.width;
  const int64_t cells = s.out_height * s.out_width;
  const F* in = AsFloat(s.type, args.in[0], s.batch * s.channels * plane, b.in,
                        args.pool);
  const F* rois = AsFloat(s.type, args.in[1], s.rois * 4, b.rois, args.pool);
  F* out = FloatTarget(s.type, args.out[0], b.out);
  args.pool->ParallelRange(
      s.rois * s.channels, 1, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) {
          const int64_t roi = i / s.channels;
          const Region<F> r = MakeRegion(s, rois + roi * 4);
          const int64_t image = LoadInt(args.in[2], DataType::kInt64, roi);
          const F* from = in + (image * s.channels + i % s.channels) * plane;
          for (int64_t c = 0; c < cells; ++c) {
            out[i * cells + c] =
                Cell(s, r, c / s.out_width, c % s.out_width, from);
          }
        }
      });
  StoreFloat(s.type, out, args.out[0], s.rois * s.channels * cells, args.pool);
  return ONNXIFI_STATUS_SUCCESS;
}

Status Prepare(PrepareContext& ctx) {
  const Shape& x = ctx.in(0).dims;
  const Shape& rois = ctx.in(1).dims;
  const graph::AttrReader attrs = ctx.attrs();
  State s;
  s.out_height = attrs.Int("output_height", 1);
  s.out_width = attrs.Int("output_width", 1);
  if (x.size() != 4 || rois.size() != 2 || rois[1] != 4 ||
      Product(ctx.in(2).dims) != rois[0] || s.out_height < 1 ||
      s.out_width < 1 || x[2] < 1 || x[3] < 1 ||
      ctx.in(1).type != ctx.in(0).type) {
    return ShapeError(ctx, StrCat("rois ", ShapeText(rois),
                                  " do not fit input ", ShapeText(x)));
  }
  s.type = ctx.in(0).type;
  s.batch = x[0];
  s.channels = x[1];
  s.height = x[2];
  s.width = x[3];
  s.rois = rois[0];
  s.sampling = attrs.Int("sampling_ratio", 0);
  s.scale = attrs.Float("spatial_scale", 1);
  s.max = attrs.String("mode", "avg") == "max";
  s.half_pixel = ctx.opset() >= 16 &&
                 attrs.String("coordinate_transformation_mode", "half_pixel") ==
                     "half_pixel";
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(
      0, {s.type, {s.rois, s.channels, s.out_height, s.out_width}}));
  DispatchFloat(s.type == DataType::kDouble, [&]<typename F>() {
    ScratchCursor cursor(nullptr);
    TakeBuffers<F>(s, &cursor);
    ctx.BookScratch(cursor.bytes());
    ctx.SetStepState(&Run<F>, s);
  });
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(roi_align, {.op = "RoiAlign",
                               .supports = &Supports,
                               .prepare = &Prepare});

}  // namespace onnxifi::cpu
