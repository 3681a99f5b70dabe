#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_QUANT_GRID_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_QUANT_GRID_H_

#include <cstdint>

#include "backends/common/op_kernel.h"
#include "backends/cpu/kernels/quantize_kernel.h"

namespace onnxifi::cpu {

// Which scale and zero point belong to which element: one for the tensor, one
// per index of an axis, or one per block along an axis. Input 0 is the
// tensor, 1 the scale, 2 the optional zero point. Immutable, thread-safe.
class QuantGrid {
 public:
  // Reads axis and block_size; an error when the shapes do not fit.
  static Result<QuantGrid> Make(const PrepareContext& ctx);

  // Bytes of the float copies that Load fills.
  size_t scratch_bytes() const;
  // Converts scale and zero point (0 when there is none) to float, into the
  // scratch memory.
  void Load(const RunArgs& args) const;

  // Parameters of elements [first, first + count), count <= kTile. `tile` is
  // filled when they differ.
  static constexpr int64_t kTile = 1024;
  struct Tile {
    float scale[kTile];
    float zero_point[kTile];
  };
  QuantParams At(int64_t first, int64_t count, const void* scratch,
                 Tile* tile) const;

 private:
  graph::DataType scale_type_ = graph::DataType::kFloat;
  graph::DataType zero_type_ = graph::DataType::kUndefined;
  int64_t scales_ = 1;
  int64_t size_ = 1;          // of the axis
  int64_t inner_ = 1;         // elements behind the axis
  int64_t block_ = 1;         // elements of the axis per scale
  bool per_element_ = false;  // blocked: outer and inner count as well
  int64_t axis_scales_ = 1;
};

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_QUANT_GRID_H_
