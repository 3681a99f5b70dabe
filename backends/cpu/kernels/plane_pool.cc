#include "backends/cpu/kernels/hwy_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backends/cpu/kernels/plane_pool.cc"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include <algorithm>
#include <limits>

#include "backends/cpu/kernels/conv_generic.h"
#include "backends/cpu/kernels/plane_pool.h"

#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_PLANE_POOL_LINE_
#define ONNXIFI_BACKENDS_CPU_KERNELS_PLANE_POOL_LINE_
namespace onnxifi::cpu {
// Floats of the line buffer, and what vectors may read behind it.
constexpr int64_t kPoolLine = 2048;
constexpr int64_t kPoolSlack = 64;
}  // namespace onnxifi::cpu
#endif

HWY_BEFORE_NAMESPACE();
namespace onnxifi::cpu::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

template <bool kMax, class V>
HWY_INLINE V Fold(V acc, V x) {
  if constexpr (kMax) {
    return hn::IfThenElse(hn::Gt(x, acc), x, acc);
  } else {
    return hn::Add(acc, x);
  }
}
template <bool kMax>
HWY_INLINE float FoldOne(float acc, float x) {
  if constexpr (kMax) {
    return x > acc ? x : acc;
  } else {
    return acc + x;
  }
}

template <bool kMax>
void FoldInto(const float* x, float* line, int64_t count) {
  const hn::ScalableTag<float> d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  int64_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    hn::StoreU(Fold<kMax>(hn::LoadU(d, line + i), hn::LoadU(d, x + i)), d,
               line + i);
  }
  for (; i < count; ++i) line[i] = FoldOne<kMax>(line[i], x[i]);
}

// out[i] = fold of line[i * stride + c * dilation] over c.
template <bool kMax>
void FoldColumns(const float* line, const PoolPlane& p, float* out,
                 int64_t count) {
  const hn::ScalableTag<float> d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  const int64_t kernel = p.kernel[2];
  const int64_t stride = p.stride[2];
  const int64_t dilation = p.dilation[2];
  const float start = kMax ? -std::numeric_limits<float>::infinity() : 0.0f;
  int64_t i = 0;
  if (stride == 1) {
    for (; i + lanes <= count; i += lanes) {
      auto acc = hn::Set(d, start);
      for (int64_t c = 0; c < kernel; ++c) {
        acc = Fold<kMax>(acc, hn::LoadU(d, line + i + c * dilation));
      }
      hn::StoreU(acc, d, out + i);
    }
  } else if (stride == 2) {
    for (; i + lanes <= count; i += lanes) {
      auto acc = hn::Set(d, start);
      for (int64_t c = 0; c < kernel; ++c) {
        auto even = acc;
        auto odd = acc;
        hn::LoadInterleaved2(d, line + 2 * i + c * dilation, even, odd);
        acc = Fold<kMax>(acc, even);
        if (dilation == 1 && c + 1 < kernel) {
          acc = Fold<kMax>(acc, odd);
          ++c;
        }
      }
      hn::StoreU(acc, d, out + i);
    }
  }
  for (; i < count; ++i) {
    float acc = start;
    for (int64_t c = 0; c < kernel; ++c) {
      acc = FoldOne<kMax>(acc, line[i * stride + c * dilation]);
    }
    out[i] = acc;
  }
}

// Taps that an average divides by along dimension i, at output index o.
HWY_INLINE int64_t Counted(const PoolPlane& p, int i, int64_t o) {
  const int64_t start = o * p.stride[i] - p.pad[i];
  if (p.count_padding) {
    return TapsInside(start, p.kernel[i], p.dilation[i],
                      p.in_dims[i] + p.pad_end[i])
        .end;
  }
  const TapRange taps =
      TapsInside(start, p.kernel[i], p.dilation[i], p.in_dims[i]);
  return taps.end - taps.begin;
}

// Divides sums of output columns [first, first + count).
void DivideColumns(const PoolPlane& p, int64_t line_taps, int64_t first,
                   float* out, int64_t count) {
  const auto taps = [&](int64_t i) { return Counted(p, 2, first + i); };
  int64_t begin = 0;
  while (begin < count && taps(begin) != p.kernel[2]) ++begin;
  int64_t end = count;
  while (end > begin && taps(end - 1) != p.kernel[2]) --end;
  for (int64_t i = 0; i < begin; ++i) {
    out[i] = out[i] / static_cast<float>(line_taps * taps(i));
  }
  const float whole = static_cast<float>(line_taps * p.kernel[2]);
  for (int64_t i = begin; i < end; ++i) out[i] = out[i] / whole;
  for (int64_t i = end; i < count; ++i) {
    out[i] = out[i] / static_cast<float>(line_taps * taps(i));
  }
}

// Columns [first, first + count) of the output line at (oz, oy).
template <bool kMax>
void PoolLine(const PoolPlane& p, int64_t oz, int64_t oy, int64_t first,
              int64_t count) {
  HWY_ALIGN float line[kPoolLine + kPoolSlack];
  const float start = kMax ? -std::numeric_limits<float>::infinity() : 0.0f;
  const int64_t width =
      (count - 1) * p.stride[2] + (p.kernel[2] - 1) * p.dilation[2] + 1;
  const int64_t x = first * p.stride[2] - p.pad[2];
  std::fill_n(line, width, start);
  const int64_t from = std::clamp<int64_t>(x, 0, p.in_dims[2]);
  const int64_t to = std::clamp<int64_t>(x + width, from, p.in_dims[2]);
  const int64_t z = oz * p.stride[0] - p.pad[0];
  const int64_t y = oy * p.stride[1] - p.pad[1];
  const TapRange tz = TapsInside(z, p.kernel[0], p.dilation[0], p.in_dims[0]);
  const TapRange ty = TapsInside(y, p.kernel[1], p.dilation[1], p.in_dims[1]);
  for (int64_t a = tz.begin; a < tz.end; ++a) {
    for (int64_t b = ty.begin; b < ty.end; ++b) {
      const int64_t row =
          (z + a * p.dilation[0]) * p.in_dims[1] + y + b * p.dilation[1];
      FoldInto<kMax>(p.in + row * p.in_dims[2] + from, line + (from - x),
                     to - from);
    }
  }
  float* out = p.out + (oz * p.out_dims[1] + oy) * p.out_dims[2] + first;
  FoldColumns<kMax>(line, p, out, count);
  if (!kMax) {
    DivideColumns(p, Counted(p, 0, oz) * Counted(p, 1, oy), first, out, count);
  }
}

template <bool kMax>
void PoolLines(const PoolPlane& p) {
  const int64_t extent = (p.kernel[2] - 1) * p.dilation[2] + 1;
  const int64_t piece = (kPoolLine - extent) / p.stride[2] + 1;
  for (int64_t oz = 0; oz < p.out_dims[0]; ++oz) {
    for (int64_t oy = 0; oy < p.out_dims[1]; ++oy) {
      for (int64_t ox = 0; ox < p.out_dims[2]; ox += piece) {
        PoolLine<kMax>(p, oz, oy, ox, std::min(piece, p.out_dims[2] - ox));
      }
    }
  }
}

void PoolPlain(const PoolPlane& plane, bool max) {
  if (max) {
    PoolLines<true>(plane);
  } else {
    PoolLines<false>(plane);
  }
}

}  // namespace onnxifi::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace onnxifi::cpu {

HWY_EXPORT(PoolPlain);

bool PlanePoolFits(const Window& w) {
  return w.stride[2] <= kPoolLine / 4 &&
         (w.kernel[2] - 1) <= kPoolLine / 2 / w.dilation[2];
}

void RunPlanePool(const PoolPlane& plane, bool max) {
  HWY_DYNAMIC_DISPATCH(PoolPlain)(plane, max);
}

}  // namespace onnxifi::cpu
#endif  // HWY_ONCE
