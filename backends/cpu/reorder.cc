#include "backends/cpu/reorder.h"

#include <algorithm>
#include <cstring>

#include "backends/cpu/kernels/type_dispatch.h"
#include "base/checked.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {

namespace {

// Elements per parallel range, at least.
constexpr int64_t kGrain = 32768;

struct State {
  int64_t batch = 0;
  int64_t channels = 0;
  int64_t points = 0;  // product of the spatial dimensions
  int64_t from = 1;    // channel block, 1 = plain
  int64_t to = 1;
};

// Points handled together, so that both sides stay within few cache lines.
constexpr int64_t kTile = 64;

// `rows` plain channel rows -> one block at `dst`, `count` points.
template <typename T, int B>
void Interleave(const T* src, int64_t row_stride, int64_t rows, int64_t count,
                T* dst) {
  if (rows == B) {
    for (int64_t p = 0; p < count; ++p) {
      for (int c = 0; c < B; ++c) dst[p * B + c] = src[c * row_stride + p];
    }
    return;
  }
  for (int64_t p = 0; p < count; ++p) {
    for (int c = 0; c < B; ++c) {
      dst[p * B + c] = c < rows ? src[c * row_stride + p] : T{};
    }
  }
}

template <typename T, int B>
void Deinterleave(const T* src, int64_t row_stride, int64_t rows, int64_t count,
                  T* dst) {
  for (int64_t c = 0; c < rows; ++c) {
    for (int64_t p = 0; p < count; ++p) {
      dst[c * row_stride + p] = src[p * B + c];
    }
  }
}

// Plain <-> blocks of B, in either direction.
template <typename T, int B, bool kToBlocks>
onnxStatus RunBlocks(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  const int64_t blocks = CeilDiv(s.channels, int64_t{B});
  const int64_t tiles = CeilDiv(s.points, kTile);
  const T* in = static_cast<const T*>(args.in[0]);
  T* out = static_cast<T*>(args.out[0]);
  args.pool->ParallelRange(
      s.batch * blocks * tiles, CeilDiv(kGrain, kTile * B),
      [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) {
          const int64_t tile = i % tiles;
          const int64_t block = i / tiles % blocks;
          const int64_t n = i / tiles / blocks;
          const int64_t point = tile * kTile;
          const int64_t count = std::min(kTile, s.points - point);
          const int64_t rows = std::min<int64_t>(B, s.channels - block * B);
          const int64_t plain = (n * s.channels + block * B) * s.points + point;
          const int64_t blocked = ((n * blocks + block) * s.points + point) * B;
          if constexpr (kToBlocks) {
            Interleave<T, B>(in + plain, s.points, rows, count, out + blocked);
          } else {
            Deinterleave<T, B>(in + blocked, s.points, rows, count,
                               out + plain);
          }
        }
      });
  return ONNXIFI_STATUS_SUCCESS;
}

// Between the two block sizes; rare, so only simple.
template <typename T>
onnxStatus RunReblock(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  const T* in = static_cast<const T*>(args.in[0]);
  T* out = static_cast<T*>(args.out[0]);
  const int64_t out_channels = RoundUp(s.channels, s.to);
  const int64_t in_channels = RoundUp(s.channels, s.from);
  for (int64_t n = 0; n < s.batch; ++n) {
    for (int64_t c = 0; c < out_channels; ++c) {
      for (int64_t p = 0; p < s.points; ++p) {
        const int64_t from =
            (n * in_channels + c / s.from * s.from) * s.points + p * s.from +
            c % s.from;
        const int64_t to = (n * out_channels + c / s.to * s.to) * s.points +
                           p * s.to + c % s.to;
        out[to] = c < s.channels ? in[from] : T{};
      }
    }
  }
  return ONNXIFI_STATUS_SUCCESS;
}

template <typename T>
RunFn Choose(const State& s) {
  if (s.from == 1 && s.to == 8) return &RunBlocks<T, 8, true>;
  if (s.from == 1 && s.to == 16) return &RunBlocks<T, 16, true>;
  if (s.from == 8 && s.to == 1) return &RunBlocks<T, 8, false>;
  if (s.from == 16 && s.to == 1) return &RunBlocks<T, 16, false>;
  return &RunReblock<T>;
}

}  // namespace

Status MakeReorder(const TensorDesc& from, Layout to, RunFn* fn,
                   std::shared_ptr<const void>* state) {
  if (from.dims.size() < 2) {
    return Status(ONNXIFI_STATUS_INTERNAL_ERROR,
                  StrCat("a tensor of shape ", ShapeText(from.dims),
                         " has no channels to block"));
  }
  State s;
  s.batch = from.dims[0];
  s.channels = from.dims[1];
  s.points = 1;
  for (size_t i = 2; i < from.dims.size(); ++i) s.points *= from.dims[i];
  s.from = std::max<int64_t>(1, static_cast<int64_t>(from.layout));
  s.to = std::max<int64_t>(1, static_cast<int64_t>(to));
  *fn = nullptr;
  const int bits = graph::ElementBits(from.type);
  const auto choose = [&]<typename T>() { *fn = Choose<T>(s); };
  if (bits % 8 != 0 || !DispatchWidth(bits / 8, choose)) {
    return Status(
        ONNXIFI_STATUS_INTERNAL_ERROR,
        StrCat("no layout conversion for ", graph::DataTypeName(from.type)));
  }
  *state = std::make_shared<const State>(s);
  return Status::Ok();
}

}  // namespace onnxifi::cpu
