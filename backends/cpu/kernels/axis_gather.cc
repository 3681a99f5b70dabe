#include "backends/cpu/kernels/axis_gather.h"

#include <algorithm>
#include <cstring>

#include "backends/cpu/kernels/block_copy.h"
#include "base/checked.h"

namespace onnxifi::cpu {

namespace {

// Trailing axes that are copied whole: their product is one block.
struct Inner {
  size_t axes;  // leading axes that still have a table
  int64_t elements;
};

Inner MergeWholeAxes(const AxisGather& g) {
  Inner inner = {g.out_dims.size(), 1};
  const int64_t* table = g.tables + AxisTableSize(g.out_dims);
  while (inner.axes > 0) {
    const int64_t size = g.out_dims[inner.axes - 1];
    table -= size;
    if (size != g.in_dims[inner.axes - 1]) break;
    int64_t i = 0;
    while (i < size && table[i] == i) ++i;
    if (i < size) break;
    inner.elements *= size;
    --inner.axes;
  }
  return inner;
}

// The longest stretch of a table that takes neighbours from neighbours: what
// padding leaves in the middle, copied as one piece.
struct Stretch {
  int64_t begin = 0;
  int64_t end = 0;
};

Stretch LongestStretch(const int64_t* table, int64_t size) {
  Stretch best;
  for (int64_t begin = 0, i = 0; i < size; begin = i) {
    ++i;
    if (table[begin] < 0) continue;
    while (i < size && table[i] == table[i - 1] + 1) ++i;
    if (i - begin > best.end - best.begin) best = {begin, i};
  }
  return best;
}

// Elements [begin, end) of a row.
template <typename Block>
void GatherRow(const int64_t* table, int64_t begin, int64_t end, const char* in,
               char* out, const Block& fill) {
  constexpr int64_t kSize = static_cast<int64_t>(sizeof(Block));
  for (int64_t i = begin; i < end; ++i) {
    if (table[i] < 0) {
      std::memcpy(out + i * kSize, &fill, sizeof(Block));
    } else {
      std::memcpy(out + i * kSize, in + table[i] * kSize, sizeof(Block));
    }
  }
}

void FillElements(const void* fill, int64_t element_bytes, char* out,
                  int64_t count) {
  VisitBlockType(element_bytes, [&](auto block) {
    std::memcpy(&block, fill, sizeof(block));
    for (int64_t i = 0; i < count; ++i) {
      std::memcpy(out + i * static_cast<int64_t>(sizeof(block)), &block,
                  sizeof(block));
    }
  });
}

// Places `part` of a row, one block each.
void GatherPart(const AxisGather& g, const Inner& inner, const int64_t* table,
                Stretch part, const char* in, char* out) {
  const int64_t block = inner.elements * g.element_bytes;
  if (inner.elements == 1) {
    VisitBlockType(block, [&](auto fill) {
      std::memcpy(&fill, g.fill, sizeof(fill));
      GatherRow(table, part.begin, part.end, in, out, fill);
    });
    return;
  }
  for (int64_t i = part.begin; i < part.end; ++i) {
    if (table[i] < 0) {
      FillElements(g.fill, g.element_bytes, out + i * block, inner.elements);
    } else {
      CopyBlock(in + table[i] * block, out + i * block, block);
    }
  }
}

}  // namespace

int64_t AxisTableSize(std::span<const int64_t> out_dims) {
  int64_t size = 0;
  for (const int64_t d : out_dims) size += d;
  return size;
}

void RunAxisGather(const AxisGather& g, const void* in, void* out,
                   ThreadPool* pool) {
  const Inner inner = MergeWholeAxes(g);
  const char* from = static_cast<const char*>(in);
  char* to = static_cast<char*>(out);
  const int64_t block = inner.elements * g.element_bytes;
  if (inner.axes == 0) {
    ParallelCopy(in, out, block, pool);
    return;
  }
  const size_t last = inner.axes - 1;
  int64_t stride[graph::kMaxRank];  // bytes of one step along each input axis
  int64_t start[graph::kMaxRank];   // where each axis' table starts
  int64_t rows = 1;
  for (size_t i = 0, at = 0; i <= last; ++i) {
    start[i] = static_cast<int64_t>(at);
    at += static_cast<size_t>(g.out_dims[i]);
    if (i < last) rows *= g.out_dims[i];
  }
  int64_t step = block;
  for (size_t i = last + 1; i-- > 0;) {
    stride[i] = step;
    step *= g.in_dims[i];
  }
  const int64_t size = g.out_dims[last];
  const int64_t row_bytes = size * block;
  if (row_bytes == 0) return;
  const int64_t grain = CeilDiv<int64_t>(1 << 15, row_bytes);
  const int64_t* table = g.tables + start[last];
  const Stretch whole = LongestStretch(table, size);
  pool->ParallelRange(rows, grain, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const char* source = from;
      int64_t rest = row;
      for (size_t i = last; i-- > 0;) {
        const int64_t index = g.tables[start[i] + rest % g.out_dims[i]];
        rest /= g.out_dims[i];
        if (index < 0) {
          source = nullptr;
          break;
        }
        source += index * stride[i];
      }
      char* target = to + row * row_bytes;
      if (source == nullptr) {
        FillElements(g.fill, g.element_bytes, target, size * inner.elements);
        continue;
      }
      GatherPart(g, inner, table, {0, whole.begin}, source, target);
      if (whole.end > whole.begin) {
        std::memcpy(target + whole.begin * block,
                    source + table[whole.begin] * block,
                    static_cast<size_t>((whole.end - whole.begin) * block));
      }
      GatherPart(g, inner, table, {whole.end, size}, source, target);
    }
  });
}

}  // namespace onnxifi::cpu
