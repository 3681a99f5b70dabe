#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_STRIDED_COPY_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_STRIDED_COPY_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/thread_pool.h"
#include "graph/tensor_type.h"

namespace onnxifi::cpu {

// A copy between two strided views of equal dimensions: the engine behind
// Transpose, Slice, Expand, Tile, Split, DepthToSpace... Dimensions that lie
// next to each other in both views are merged when they are added, so the
// inner loop is a memcpy, a fill, a blocked 2-D transposition, or a strided
// loop. Needs no heap. Immutable after Finish; Run is thread-safe.
class StridedCopy {
 public:
  static constexpr size_t kMaxDims = 2 * graph::kMaxRank;

  explicit StridedCopy(size_t element_bytes)
      : block_(static_cast<int64_t>(element_bytes)) {}

  // Adds one dimension, outermost first; strides in elements, any sign. At
  // most kMaxDims calls.
  void AddDim(int64_t size, int64_t in_stride, int64_t out_stride);
  void AddDims(std::span<const int64_t> sizes,
               std::span<const int64_t> in_strides,
               std::span<const int64_t> out_strides);
  // Chooses the inner loop; once, after the last AddDim.
  void Finish();

  // `in` and `out` point to the views' first elements and do not overlap.
  void Run(const void* in, void* out, ThreadPool* pool) const;

 private:
  enum class Inner : uint8_t { kNothing, kBlock, kStrided, kTranspose };
  struct Dim {
    int64_t size;
    int64_t in;   // bytes after Finish
    int64_t out;  // bytes after Finish
  };

  void RunRows(const char* in, char* out, int64_t begin, int64_t end) const;
  void RunTiles(const char* in, char* out, int64_t begin, int64_t end) const;

  Dim dims_[kMaxDims];
  size_t rank_ = 0;
  int64_t block_;  // bytes that one innermost step moves
  int64_t rows_ = 1;
  bool empty_ = false;
  Inner inner_ = Inner::kNothing;
  Dim columns_ = {1, 0, 0};  // kStrided, kTranspose: the innermost dimension
  Dim lanes_ = {1, 0, 0};    // kTranspose: the dimension dense in the input
};

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_STRIDED_COPY_H_
