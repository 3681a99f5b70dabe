#include "backends/cpu/kernels/resize_pass.h"

#include <algorithm>

namespace onnxifi::cpu {

template <typename F>
void FillResizeTable(const ResizeRule& rule, const ResizeAxis& axis,
                     ResizeTable<F>* table) {
  table->taps = ResizeTaps(rule, axis);
  for (int64_t o = 0; o < axis.out; ++o) {
    const double x = ResizeCoordinate(rule, axis, o);
    table->outside[o] = IsExtrapolated(rule, axis, x);
    table->first[o] =
        ResizeWeights(rule, axis, x, table->weights + o * table->taps);
  }
}

template <typename F>
void RunResizePass(const ResizeTable<F>& table, const ResizeAxis& axis,
                   float extrapolation, int64_t outer, int64_t inner,
                   const F* in, F* out, ThreadPool* pool) {
  const int64_t grain = std::max<int64_t>((1 << 14) / (inner * table.taps), 1);
  pool->ParallelRange(outer * axis.out, grain, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const int64_t o = row % axis.out;
      const F* from = in + row / axis.out * axis.in * inner;
      F* to = out + row * inner;
      if (table.outside[o]) {
        std::fill_n(to, inner, F{extrapolation});
        continue;
      }
      const F* weights = table.weights + o * table.taps;
      std::fill_n(to, inner, F{0});
      for (int64_t tap = 0; tap < table.taps; ++tap) {
        const F weight = weights[tap];
        if (weight == 0) continue;
        const int64_t index =
            std::clamp<int64_t>(table.first[o] + tap, 0, axis.in - 1);
        const F* source = from + index * inner;
        for (int64_t i = 0; i < inner; ++i) to[i] += weight * source[i];
      }
    }
  });
}

template void FillResizeTable(const ResizeRule&, const ResizeAxis&,
                              ResizeTable<float>*);
template void FillResizeTable(const ResizeRule&, const ResizeAxis&,
                              ResizeTable<double>*);
template void RunResizePass(const ResizeTable<float>&, const ResizeAxis&, float,
                            int64_t, int64_t, const float*, float*,
                            ThreadPool*);
template void RunResizePass(const ResizeTable<double>&, const ResizeAxis&,
                            float, int64_t, int64_t, const double*, double*,
                            ThreadPool*);

}  // namespace onnxifi::cpu
