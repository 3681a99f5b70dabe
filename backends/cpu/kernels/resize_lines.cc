#include "backends/cpu/kernels/hwy_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backends/cpu/kernels/resize_lines.cc"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include <algorithm>

#include "backends/cpu/kernels/resize_lines.h"

HWY_BEFORE_NAMESPACE();
namespace onnxifi::cpu::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using Floats = hn::ScalableTag<float>;

HWY_INLINE int64_t LaneCount() {
  return static_cast<int64_t>(hn::Lanes(Floats()));
}

// True when the columns of each vector lie within one vector of the line.
bool LiesNear(const ResizeColumns& c) {
  const int64_t lanes = LaneCount();
  for (int64_t o = 0; o < c.out; o += lanes) {
    int32_t low = c.first[o];
    int32_t high = low;
    for (int64_t i = o; i < o + lanes; ++i) {
      low = std::min({low, c.first[i], c.second[i]});
      high = std::max({high, c.first[i], c.second[i]});
    }
    if (low != c.first[o] || high - low >= lanes) return false;
  }
  return true;
}

// line = wa * a + wb * b.
void MixLines(const float* a, float wa, const float* b, float wb, int64_t count,
              float* line) {
  const Floats d;
  const int64_t lanes = LaneCount();
  if (wa == 0 || wb == 0) {
    const float* from = wa == 0 ? b : a;
    const float weight = wa == 0 ? wb : wa;
    if (weight == 1) {
      std::copy_n(from, count, line);
      return;
    }
    for (int64_t i = 0; i < count; ++i) line[i] = weight * from[i];
    return;
  }
  const auto va = hn::Set(d, wa);
  const auto vb = hn::Set(d, wb);
  int64_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    const auto mixed =
        hn::MulAdd(hn::LoadU(d, b + i), vb, hn::Mul(hn::LoadU(d, a + i), va));
    hn::StoreU(mixed, d, line + i);
  }
  for (; i < count; ++i) line[i] = wa * a[i] + wb * b[i];
}

template <bool kNear>
HWY_INLINE hn::Vec<Floats> Columns(const float* line, const ResizeColumns& c,
                                   int64_t o) {
  const Floats d;
  const hn::RebindToSigned<Floats> di;
  auto i0 = hn::LoadU(di, c.first + o);
  auto i1 = hn::LoadU(di, c.second + o);
  auto v0 = hn::Zero(d);
  auto v1 = v0;
  if constexpr (kNear) {
    const auto base = hn::Set(di, c.first[o]);
    const auto near = hn::LoadU(d, line + c.first[o]);
    i0 = hn::Sub(i0, base);
    i1 = hn::Sub(i1, base);
    v0 = hn::TableLookupLanes(near, hn::IndicesFromVec(d, i0));
    v1 = hn::TableLookupLanes(near, hn::IndicesFromVec(d, i1));
  } else {
    v0 = hn::GatherIndex(d, line, i0);
    v1 = hn::GatherIndex(d, line, i1);
  }
  // An infinite element with weight 0 does not count.
  const auto w0 = hn::LoadU(d, c.first_weight + o);
  const auto w1 = hn::LoadU(d, c.second_weight + o);
  v0 = hn::IfThenZeroElse(hn::Eq(w0, hn::Zero(d)), v0);
  v1 = hn::IfThenZeroElse(hn::Eq(w1, hn::Zero(d)), v1);
  return hn::MulAdd(v1, w1, hn::Mul(v0, w0));
}

template <bool kNear>
void AllColumns(const float* line, const ResizeColumns& c, float* out) {
  const Floats d;
  const int64_t lanes = LaneCount();
  int64_t o = 0;
  for (; o + lanes <= c.out; o += lanes) {
    hn::StoreU(Columns<kNear>(line, c, o), d, out + o);
  }
  if (o == c.out) return;
  HWY_ALIGN float tail[HWY_MAX_BYTES / sizeof(float)];
  hn::Store(Columns<kNear>(line, c, o), d, tail);
  std::copy_n(tail, c.out - o, out + o);
}

void ResizeLine(const float* a, float wa, const float* b, float wb,
                const ResizeColumns& c, float* out) {
  HWY_ALIGN float line[kMaxResizeLine + kResizeSlack];
  MixLines(a, wa, b, wb, c.in, line);
  std::fill_n(line + c.in, kResizeSlack, 0.0f);
  if (c.near) {
    AllColumns<true>(line, c, out);
  } else {
    AllColumns<false>(line, c, out);
  }
}

}  // namespace onnxifi::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace onnxifi::cpu {

HWY_EXPORT(LiesNear);
HWY_EXPORT(ResizeLine);

void FillResizeColumns(const ResizeTable<float>& table, int64_t in, int64_t out,
                       ResizeColumns* c) {
  c->in = in;
  c->out = out;
  for (int64_t o = 0; o < out; ++o) {
    const auto place = [&](int64_t tap) {
      return static_cast<int32_t>(
          std::clamp<int64_t>(table.first[o] + tap, 0, in - 1));
    };
    c->first[o] = place(0);
    c->second[o] = place(1);
    c->first_weight[o] = table.weights[2 * o];
    c->second_weight[o] = table.weights[2 * o + 1];
  }
  // What whole vectors read behind the end.
  const int32_t last = out == 0 ? 0 : c->first[out - 1];
  std::fill_n(c->first + out, kResizeSlack, last);
  std::fill_n(c->second + out, kResizeSlack, last);
  std::fill_n(c->first_weight + out, kResizeSlack, 0.0f);
  std::fill_n(c->second_weight + out, kResizeSlack, 0.0f);
  c->near = HWY_DYNAMIC_DISPATCH(LiesNear)(*c);
}

void RunResizeLine(const float* a, float weight_a, const float* b,
                   float weight_b, const ResizeColumns& columns, float* out) {
  HWY_DYNAMIC_DISPATCH(ResizeLine)(a, weight_a, b, weight_b, columns, out);
}

}  // namespace onnxifi::cpu
#endif  // HWY_ONCE
