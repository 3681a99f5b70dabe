#ifndef ONNXIFI_BACKENDS_OPENCL_KERNELS_ROW_PLAN_H_
#define ONNXIFI_BACKENDS_OPENCL_KERNELS_ROW_PLAN_H_

#include <cstdint>
#include <string>
#include <vector>

#include "backends/opencl/kernels/row_kernel.h"

namespace onnxifi::opencl {

// How a row kernel walks: neighbouring dimensions that all operands go through
// alike are one.
struct RowPlan {
  enum class Mode : uint8_t {
    kLine,   // an item does rows one by one, vectors lie along them
    kItem,   // an item does rows one by one or side by side in a vector
    kGroup,  // a group does a row
  };
  struct Dim {
    int64_t size = 1;
    int64_t whole = 0;
    size_t piece = 0;  // whole != 0: the kept dimension that counts pieces
    std::vector<int64_t> strides;  // of every operand
  };
  Mode mode = Mode::kItem;
  int width = 1;          // elements of a vector
  int side = 1;           // kItem: vectors of rows that are read side by side
  int group = 64;         // items of a group
  std::vector<Dim> kept;  // at least one
  std::vector<Dim> reduced;
  int64_t rows = 1;
  int64_t count = 1;  // elements of a row
  const char* index = "int";
};

// What a row kernel does at once: so many rows, neighbours in the innermost
// kept dimension.
inline int64_t BlockOf(const RowPlan& plan) {
  return plan.mode == RowPlan::Mode::kItem ? plan.width * plan.side : 1;
}

RowPlan MakeRowPlan(const DeviceFacts& facts, const RowSpec& spec);

}  // namespace onnxifi::opencl

#endif  // ONNXIFI_BACKENDS_OPENCL_KERNELS_ROW_PLAN_H_
