#include "backends/cpu/kernels/strided_copy.h"

#include <algorithm>
#include <cstring>

#include "backends/cpu/kernels/block_copy.h"
#include "base/checked.h"

namespace onnxifi::cpu {

namespace {

// A transposition is cut into tiles of this many lanes (rows of the output):
// wide enough to use whole cache lines of the input.
constexpr int64_t kTileLanes = 64;
constexpr int64_t kGrainBytes = 1 << 16;

// Copies `count` blocks; in_step may be 0 (fill) or negative.
template <typename T>
void StridedLoop(const char* in, char* out, int64_t count, int64_t in_step,
                 int64_t out_step) {
  if (in_step == 0) {
    T value;
    std::memcpy(&value, in, sizeof(T));
    constexpr auto kSize = static_cast<int64_t>(sizeof(T));
    if (out_step == kSize) {
      for (int64_t i = 0; i < count; ++i) {
        std::memcpy(out + i * kSize, &value, sizeof(T));
      }
      return;
    }
    for (int64_t i = 0; i < count; ++i) {
      std::memcpy(out + i * out_step, &value, sizeof(T));
    }
    return;
  }
  for (int64_t i = 0; i < count; ++i) {
    std::memcpy(out + i * out_step, in + i * in_step, sizeof(T));
  }
}

// to[j][i] = from[i][j] of a small square; the strides in bytes.
template <typename T, int64_t kSide>
struct Square {
  static void Transpose(const char* from, int64_t from_stride, char* to,
                        int64_t to_stride) {
    T tile[kSide][kSide];
    for (int64_t i = 0; i < kSide; ++i) {
      T row[kSide];
      std::memcpy(row, from + i * from_stride, sizeof(row));
      for (int64_t j = 0; j < kSide; ++j) tile[j][i] = row[j];
    }
    for (int64_t j = 0; j < kSide; ++j) {
      std::memcpy(to + j * to_stride, tile[j], sizeof(tile[j]));
    }
  }
};

// The size of nearly all tensors, in registers of four.
template <>
struct Square<uint32_t, 8> {
  typedef uint32_t Four __attribute__((vector_size(16)));
  static void Transpose(const char* from, int64_t from_stride, char* to,
                        int64_t to_stride) {
    for (int64_t i = 0; i < 8; i += 4) {
      for (int64_t j = 0; j < 32; j += 16) {
        Quarter(from + i * from_stride + j, from_stride,
                to + j / 4 * to_stride + i * 4, to_stride);
      }
    }
  }
  static void Quarter(const char* from, int64_t from_stride, char* to,
                      int64_t to_stride) {
    Four a, b, c, d;
    std::memcpy(&a, from, 16);
    std::memcpy(&b, from + from_stride, 16);
    std::memcpy(&c, from + 2 * from_stride, 16);
    std::memcpy(&d, from + 3 * from_stride, 16);
    const Four ac = __builtin_shufflevector(a, c, 0, 4, 1, 5);
    const Four bd = __builtin_shufflevector(b, d, 0, 4, 1, 5);
    const Four ac2 = __builtin_shufflevector(a, c, 2, 6, 3, 7);
    const Four bd2 = __builtin_shufflevector(b, d, 2, 6, 3, 7);
    const Four rows[4] = {__builtin_shufflevector(ac, bd, 0, 4, 1, 5),
                          __builtin_shufflevector(ac, bd, 2, 6, 3, 7),
                          __builtin_shufflevector(ac2, bd2, 0, 4, 1, 5),
                          __builtin_shufflevector(ac2, bd2, 2, 6, 3, 7)};
    for (int64_t j = 0; j < 4; ++j) {
      std::memcpy(to + j * to_stride, &rows[j], 16);
    }
  }
};

// out[l][c] = in[c][l] for lanes l (dense in the input, lane_out bytes apart
// in the output) and columns c (dense in the output).
template <typename T>
void TransposeTile(const char* in, char* out, int64_t lanes, int64_t columns,
                   int64_t column_in, int64_t lane_out) {
  constexpr int64_t kSide = 8;
  constexpr int64_t kSize = static_cast<int64_t>(sizeof(T));
  int64_t c = 0;
  for (; c + kSide <= columns; c += kSide) {
    int64_t l = 0;
    for (; l + kSide <= lanes; l += kSide) {
      Square<T, kSide>::Transpose(in + c * column_in + l * kSize, column_in,
                                  out + l * lane_out + c * kSize, lane_out);
    }
    for (; l < lanes; ++l) {
      for (int64_t i = 0; i < kSide; ++i) {
        std::memcpy(out + l * lane_out + (c + i) * kSize,
                    in + (c + i) * column_in + l * kSize, sizeof(T));
      }
    }
  }
  for (; c < columns; ++c) {
    for (int64_t l = 0; l < lanes; ++l) {
      std::memcpy(out + l * lane_out + c * kSize,
                  in + c * column_in + l * kSize, sizeof(T));
    }
  }
}

}  // namespace

void StridedCopy::AddDim(int64_t size, int64_t in_stride, int64_t out_stride) {
  if (size == 0) empty_ = true;
  if (size == 1 || empty_) return;
  if (rank_ > 0) {
    Dim& last = dims_[rank_ - 1];
    if (last.in == in_stride * size && last.out == out_stride * size) {
      last = {last.size * size, in_stride, out_stride};
      return;
    }
  }
  dims_[rank_++] = {size, in_stride, out_stride};
}

void StridedCopy::AddDims(std::span<const int64_t> sizes,
                          std::span<const int64_t> in_strides,
                          std::span<const int64_t> out_strides) {
  for (size_t i = 0; i < sizes.size(); ++i) {
    AddDim(sizes[i], in_strides[i], out_strides[i]);
  }
}

void StridedCopy::Finish() {
  if (empty_) return;
  for (size_t i = 0; i < rank_; ++i) {
    dims_[i].in *= block_;
    dims_[i].out *= block_;
  }
  inner_ = Inner::kBlock;
  if (rank_ > 0 && dims_[rank_ - 1].in == block_ &&
      dims_[rank_ - 1].out == block_) {
    block_ *= dims_[--rank_].size;
  }
  if (rank_ > 0 && IsBlockSize(block_)) {
    columns_ = dims_[--rank_];
    inner_ = Inner::kStrided;
    if (columns_.out == block_ && columns_.in != 0) {
      for (size_t i = rank_; i-- > 0;) {
        if (dims_[i].in != block_) continue;
        lanes_ = dims_[i];
        std::copy(dims_ + i + 1, dims_ + rank_, dims_ + i);
        --rank_;
        inner_ = Inner::kTranspose;
        break;
      }
    }
  }
  for (size_t i = 0; i < rank_; ++i) rows_ *= dims_[i].size;
}

void StridedCopy::Run(const void* in, void* out, ThreadPool* pool) const {
  const char* from = static_cast<const char*>(in);
  char* to = static_cast<char*>(out);
  if (inner_ == Inner::kNothing) return;
  if (inner_ == Inner::kBlock && rows_ == 1) {
    ParallelCopy(from, to, block_, pool);
    return;
  }
  int64_t row_bytes = block_ * columns_.size;
  int64_t items = rows_;
  if (inner_ == Inner::kTranspose) {
    items *= CeilDiv(lanes_.size, kTileLanes);
    row_bytes *= std::min(lanes_.size, kTileLanes);
  }
  const int64_t grain = CeilDiv(kGrainBytes, std::max<int64_t>(row_bytes, 1));
  pool->ParallelRange(items, grain, [&](int64_t begin, int64_t end) {
    if (inner_ == Inner::kTranspose) {
      RunTiles(from, to, begin, end);
    } else {
      RunRows(from, to, begin, end);
    }
  });
}

void StridedCopy::RunRows(const char* in, char* out, int64_t begin,
                          int64_t end) const {
  int64_t index[kMaxDims];
  int64_t rest = begin;
  for (size_t i = rank_; i-- > 0;) {
    index[i] = rest % dims_[i].size;
    rest /= dims_[i].size;
    in += index[i] * dims_[i].in;
    out += index[i] * dims_[i].out;
  }
  for (int64_t row = begin; row < end; ++row) {
    if (inner_ == Inner::kBlock) {
      std::memcpy(out, in, static_cast<size_t>(block_));
    } else {
      VisitBlockType(block_, [&](auto block) {
        StridedLoop<decltype(block)>(in, out, columns_.size, columns_.in,
                                     columns_.out);
      });
    }
    for (size_t i = rank_; i-- > 0;) {
      in += dims_[i].in;
      out += dims_[i].out;
      if (++index[i] < dims_[i].size) break;
      in -= index[i] * dims_[i].in;
      out -= index[i] * dims_[i].out;
      index[i] = 0;
    }
  }
}

void StridedCopy::RunTiles(const char* in, char* out, int64_t begin,
                           int64_t end) const {
  const int64_t tiles = CeilDiv(lanes_.size, kTileLanes);
  for (int64_t item = begin; item < end; ++item) {
    const char* from = in;
    char* to = out;
    int64_t rest = item / tiles;
    for (size_t i = rank_; i-- > 0;) {
      from += rest % dims_[i].size * dims_[i].in;
      to += rest % dims_[i].size * dims_[i].out;
      rest /= dims_[i].size;
    }
    const int64_t lane = item % tiles * kTileLanes;
    const int64_t lanes = std::min(kTileLanes, lanes_.size - lane);
    from += lane * lanes_.in;
    to += lane * lanes_.out;
    VisitBlockType(block_, [&](auto block) {
      TransposeTile<decltype(block)>(from, to, lanes, columns_.size,
                                     columns_.in, lanes_.out);
    });
  }
}

}  // namespace onnxifi::cpu
