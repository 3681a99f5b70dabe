#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_CONV_GENERIC_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_CONV_GENERIC_H_

#include <algorithm>
#include <cstdint>

#include "backends/common/ops/window.h"
#include "base/thread_pool.h"

namespace onnxifi::cpu {

// A convolution without any assumption: every shape that ONNX allows, plain
// layout. Slow; used where no optimised kernel exists.
struct GenericConv {
  Window window;
  int64_t batch = 0;
  int64_t groups = 1;
  int64_t in_channels = 0;
  int64_t out_channels = 0;
  // Where logical input channel i lies; null: in order.
  const int64_t* input_order = nullptr;
};

// First kernel tap that falls inside [0, in) for a window starting at
// `start`, and one past the last.
struct TapRange {
  int64_t begin;
  int64_t end;
};
inline TapRange TapsInside(int64_t start, int64_t kernel, int64_t dilation,
                           int64_t in) {
  int64_t begin = 0;
  if (start < 0) begin = (-start + dilation - 1) / dilation;
  begin = std::min(begin, kernel);
  int64_t end = kernel;
  if (in - start <= 0) {
    end = 0;
  } else {
    end = std::min(end, (in - 1 - start) / dilation + 1);
  }
  return {begin, std::max(begin, end)};
}

// out[n][o][z][y][x] = store(o, sum of load_x(x) * load_w(o, w)), where the
// loads widen to Acc.
template <typename Acc, typename X, typename W, typename Y, typename LoadX,
          typename LoadW, typename Store>
void RunGenericConv(const GenericConv& c, const X* x, const W* w, Y* y,
                    ThreadPool& pool, const LoadX& load_x, const LoadW& load_w,
                    const Store& store) {
  const Window& v = c.window;
  const int64_t group_in = c.in_channels / c.groups;
  const int64_t group_out = c.out_channels / c.groups;
  const int64_t points = v.out_points();
  const int64_t taps = v.kernel_points();
  pool.ParallelRange(
      c.batch * c.out_channels, 1, [&](int64_t first, int64_t last) {
        for (int64_t row = first; row < last; ++row) {
          const int64_t o = row % c.out_channels;
          const int64_t n = row / c.out_channels;
          const X* image = x + n * c.in_channels * v.in_points();
          const int64_t first_in = o / group_out * group_in;
          const W* filter = w + o * group_in * taps;
          for (int64_t p = 0; p < points; ++p) {
            const int64_t z =
                p / (v.out[1] * v.out[2]) * v.stride[0] - v.pad_begin[0];
            const int64_t h =
                p / v.out[2] % v.out[1] * v.stride[1] - v.pad_begin[1];
            const int64_t q = p % v.out[2] * v.stride[2] - v.pad_begin[2];
            const TapRange tz =
                TapsInside(z, v.kernel[0], v.dilation[0], v.in[0]);
            const TapRange th =
                TapsInside(h, v.kernel[1], v.dilation[1], v.in[1]);
            const TapRange tq =
                TapsInside(q, v.kernel[2], v.dilation[2], v.in[2]);
            Acc sum{};
            for (int64_t i = 0; i < group_in; ++i) {
              const int64_t channel = c.input_order == nullptr
                                          ? first_in + i
                                          : c.input_order[first_in + i];
              for (int64_t a = tz.begin; a < tz.end; ++a) {
                for (int64_t b = th.begin; b < th.end; ++b) {
                  const X* line =
                      image +
                      ((channel * v.in[0] + z + a * v.dilation[0]) * v.in[1] +
                       h + b * v.dilation[1]) *
                          v.in[2] +
                      q;
                  const W* tap =
                      filter +
                      ((i * v.kernel[0] + a) * v.kernel[1] + b) * v.kernel[2];
                  for (int64_t d = tq.begin; d < tq.end; ++d) {
                    sum += load_x(line[d * v.dilation[2]]) * load_w(o, tap[d]);
                  }
                }
              }
            }
            y[row * points + p] = store(o, sum);
          }
        }
      });
}

// Where output position `out` receives tap `tap` from: the input index, or
// -1 when that is between two inputs or outside.
inline int64_t TransposedSource(const Window& v, size_t i, int64_t out,
                                int64_t tap) {
  const int64_t at = out + v.pad_begin[i] - tap * v.dilation[i];
  if (at < 0 || at % v.stride[i] != 0) return -1;
  return at / v.stride[i] < v.in[i] ? at / v.stride[i] : -1;
}

// The transposed convolution; weights are [in_channels, out/groups, k...].
template <typename Acc, typename T, typename Load, typename Store>
void RunGenericTransposed(const GenericConv& c, const T* x, const T* w, T* y,
                          ThreadPool& pool, const Load& load,
                          const Store& store) {
  const Window& v = c.window;
  const int64_t group_in = c.in_channels / c.groups;
  const int64_t group_out = c.out_channels / c.groups;
  const int64_t points = v.out_points();
  const int64_t taps = v.kernel_points();
  pool.ParallelRange(
      c.batch * c.out_channels, 1, [&](int64_t first, int64_t last) {
        for (int64_t row = first; row < last; ++row) {
          const int64_t o = row % c.out_channels;
          const int64_t n = row / c.out_channels;
          const int64_t first_in = o / group_out * group_in;
          for (int64_t p = 0; p < points; ++p) {
            Acc sum{};
            for (int64_t tap = 0; tap < taps; ++tap) {
              const int64_t z =
                  TransposedSource(v, 0, p / (v.out[1] * v.out[2]),
                                   tap / (v.kernel[1] * v.kernel[2]));
              const int64_t h =
                  TransposedSource(v, 1, p / v.out[2] % v.out[1],
                                   tap / v.kernel[2] % v.kernel[1]);
              const int64_t q =
                  TransposedSource(v, 2, p % v.out[2], tap % v.kernel[2]);
              if (z < 0 || h < 0 || q < 0) continue;
              const int64_t at = (z * v.in[1] + h) * v.in[2] + q;
              for (int64_t i = 0; i < group_in; ++i) {
                const int64_t channel = first_in + i;
                sum +=
                    load(
                        x[(n * c.in_channels + channel) * v.in_points() + at]) *
                    load(w[(channel * group_out + o % group_out) * taps + tap]);
              }
            }
            y[row * points + p] = store(o, sum);
          }
        }
      });
}

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_CONV_GENERIC_H_
