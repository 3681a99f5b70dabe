#ifndef ONNXIFI_BACKENDS_OPENCL_KERNELS_GRID_AXIS_H_
#define ONNXIFI_BACKENDS_OPENCL_KERNELS_GRID_AXIS_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "backends/common/op_kernel.h"

namespace onnxifi::opencl {

// How GridSample takes the entries of one axis.
enum class GridMode : uint8_t { kNearest, kLinear, kCubic };
enum class GridPadding : uint8_t { kZeros, kBorder, kReflection };

struct GridRule {
  GridMode mode = GridMode::kLinear;
  GridPadding padding = GridPadding::kZeros;
  bool align_corners = false;
  const char* type = "float";  // what is computed in

  int taps() const {
    return mode == GridMode::kNearest ? 1 : mode == GridMode::kLinear ? 2 : 4;
  }
};

// False when an attribute has an unknown value.
bool ParseGridRule(const NodeView& node, GridRule* rule);

// Entries i<axis> (-1: reads zero) and weights w<axis> of the taps of an axis,
// which the grid's element `at` is about.
std::string GridAxisText(const GridRule& rule, graph::DataType grid,
                         size_t axis, size_t at, int64_t size);

}  // namespace onnxifi::opencl

#endif  // ONNXIFI_BACKENDS_OPENCL_KERNELS_GRID_AXIS_H_
