#include "backends/cpu/kernels/broadcast.h"

#include <algorithm>
#include <cstring>

#include "base/str_cat.h"

namespace onnxifi::cpu {

namespace {

using graph::Shape;

// Rows shorter than this are gathered into tiles instead of called one by
// one: the call costs more than their elements.
constexpr int64_t kShortRow = 64;
constexpr int64_t kTileBytes = 4096;
// A long row is split so that several threads can share it.
constexpr int64_t kRowChunk = 8192;

int64_t DimFromRight(const Shape& shape, size_t from_right) {
  return from_right < shape.size() ? shape[shape.size() - 1 - from_right] : 1;
}

// Writes one pattern of `bytes` over and over until `total` bytes are full;
// the first `bytes` are already there.
void Replicate(std::byte* dst, size_t bytes, size_t total) {
  while (bytes < total) {
    const size_t more = std::min(bytes, total - bytes);
    std::memcpy(dst + bytes, dst, more);
    bytes += more;
  }
}

}  // namespace

BroadcastPlan::BroadcastPlan(const Shape& out, std::span<const Shape> shapes)
    : operands_(std::min(shapes.size(), kMaxOperands)), total_(1) {
  std::array<std::vector<int64_t>, kMaxOperands> full;
  for (size_t k = 0; k < operands_; ++k) {
    full[k].assign(out.size(), 0);
    int64_t stride = 1;
    for (size_t d = 0; d < out.size(); ++d) {
      const int64_t dim = DimFromRight(shapes[k], d);
      full[k][out.size() - 1 - d] = dim == 1 ? 0 : stride;
      stride *= dim;
    }
  }
  for (size_t d = 0; d < out.size(); ++d) {
    total_ *= out[d];
    if (out[d] == 1) continue;
    bool merge = !dims_.empty();
    for (size_t k = 0; k < operands_ && merge; ++k) {
      merge = strides_[k].back() == full[k][d] * out[d];
    }
    if (merge) {
      dims_.back() *= out[d];
    } else {
      dims_.push_back(out[d]);
    }
    for (size_t k = 0; k < operands_; ++k) {
      if (merge) strides_[k].pop_back();
      strides_[k].push_back(full[k][d]);
    }
  }
  if (dims_.empty()) {
    dims_.push_back(1);
    for (size_t k = 0; k < operands_; ++k) strides_[k].push_back(0);
  }
  for (size_t k = 0; k < operands_; ++k) {
    int64_t dense = 1;
    bool is_dense = true;
    bool is_scalar = true;
    for (size_t d = dims_.size(); d-- > 0;) {
      is_dense = is_dense && strides_[k][d] == dense;
      is_scalar = is_scalar && strides_[k][d] == 0;
      dense *= dims_[d];
    }
    kinds_[k] =
        is_scalar ? Kind::kScalar : (is_dense ? Kind::kDense : Kind::kGeneral);
    flat_ = flat_ && kinds_[k] != Kind::kGeneral;
  }
}

void BroadcastPlan::Run(ThreadPool& pool, const BroadcastArgs& args,
                        int64_t grain, RowFn fn, const void* context) const {
  if (total_ == 0) return;
  if (flat_) {
    RunFlat(pool, args, grain, fn, context);
  } else if (dims_.back() >= kShortRow) {
    RunRows(pool, args, grain, fn, context);
  } else {
    RunTiles(pool, args, grain, fn, context);
  }
}

void BroadcastPlan::RunFlat(ThreadPool& pool, const BroadcastArgs& args,
                            int64_t grain, RowFn fn,
                            const void* context) const {
  pool.ParallelRange(total_, grain, [&](int64_t begin, int64_t end) {
    Row row{};
    for (size_t k = 0; k < operands_; ++k) {
      row.step[k] = kinds_[k] == Kind::kDense ? 1 : 0;
      row.in[k] = static_cast<const std::byte*>(args.in[k]) +
                  row.step[k] * begin * args.in_bytes[k];
    }
    row.out = static_cast<std::byte*>(args.out) + begin * args.out_bytes;
    row.count = end - begin;
    fn(context, row);
  });
}

void BroadcastPlan::RunRows(ThreadPool& pool, const BroadcastArgs& args,
                            int64_t grain, RowFn fn,
                            const void* context) const {
  const size_t last = dims_.size() - 1;
  const int64_t inner = dims_[last];
  const int64_t chunk = std::min(inner, kRowChunk);
  const int64_t chunks = (inner + chunk - 1) / chunk;
  const int64_t items = total_ / inner * chunks;
  pool.ParallelRange(items, grain / chunk, [&](int64_t begin, int64_t end) {
    for (int64_t item = begin; item < end; ++item) {
      const int64_t outer = item / chunks;
      const int64_t start = item % chunks * chunk;
      Row row{};
      for (size_t k = 0; k < operands_; ++k) {
        int64_t rest = outer;
        int64_t offset = start * strides_[k][last];
        for (size_t d = last; d-- > 0;) {
          offset += rest % dims_[d] * strides_[k][d];
          rest /= dims_[d];
        }
        row.step[k] = static_cast<int>(strides_[k][last]);
        row.in[k] = static_cast<const std::byte*>(args.in[k]) +
                    offset * args.in_bytes[k];
      }
      row.out = static_cast<std::byte*>(args.out) +
                (outer * inner + start) * args.out_bytes;
      row.count = std::min(chunk, inner - start);
      fn(context, row);
    }
  });
}

void BroadcastPlan::RunTiles(ThreadPool& pool, const BroadcastArgs& args,
                             int64_t grain, RowFn fn,
                             const void* context) const {
  int bytes = 1;
  for (size_t k = 0; k < operands_; ++k) {
    bytes = std::max(bytes, args.in_bytes[k]);
  }
  const int64_t tile = kTileBytes / bytes;
  const int64_t items = (total_ + tile - 1) / tile;
  pool.ParallelRange(items, grain / tile, [&](int64_t begin, int64_t end) {
    alignas(64) std::byte buffer[kMaxOperands][kTileBytes];
    for (int64_t item = begin; item < end; ++item) {
      const int64_t start = item * tile;
      Row row{};
      row.count = std::min(tile, total_ - start);
      row.out = static_cast<std::byte*>(args.out) + start * args.out_bytes;
      for (size_t k = 0; k < operands_; ++k) {
        row.step[k] = kinds_[k] == Kind::kScalar ? 0 : 1;
        row.in[k] = static_cast<const std::byte*>(args.in[k]);
        if (kinds_[k] == Kind::kDense) {
          row.in[k] += start * args.in_bytes[k];
        } else if (kinds_[k] == Kind::kGeneral) {
          Gather(k, args.in[k], args.in_bytes[k], start, row.count, buffer[k]);
          row.in[k] = buffer[k];
        }
      }
      fn(context, row);
    }
  });
}

void BroadcastPlan::Gather(size_t operand, const void* src, int bytes,
                           int64_t start, int64_t count, std::byte* dst) const {
  const std::vector<int64_t>& strides = strides_[operand];
  const size_t last = dims_.size() - 1;
  const auto* base = static_cast<const std::byte*>(src);
  const size_t size = static_cast<size_t>(bytes);
  while (count > 0) {
    int64_t rest = start / dims_[last];
    const int64_t column = start % dims_[last];
    int64_t offset = column * strides[last];
    int64_t repeats = 1;  // whole rows that hold the same elements
    for (size_t d = last; d-- > 0;) {
      const int64_t index = rest % dims_[d];
      if (d + 1 == last && strides[d] == 0 && column == 0) {
        repeats = dims_[d] - index;
      }
      offset += index * strides[d];
      rest /= dims_[d];
    }
    const int64_t run = std::min(dims_[last] - column, count);
    const int64_t filled = std::min(run * repeats, count);
    const bool constant = strides[last] == 0;
    const size_t first = constant ? size : static_cast<size_t>(run) * size;
    std::memcpy(dst, base + offset * bytes, first);
    Replicate(dst, first, static_cast<size_t>(filled) * size);
    dst += static_cast<size_t>(filled) * size;
    start += filled;
    count -= filled;
  }
}

}  // namespace onnxifi::cpu
