#ifndef ONNXIFI_BACKENDS_OPENCL_KERNELS_TILE_TEXT_H_
#define ONNXIFI_BACKENDS_OPENCL_KERNELS_TILE_TEXT_H_

#include <functional>
#include <string>

#include "backends/opencl/device.h"

namespace onnxifi::opencl {

// Sums of products that an item of a CPU keeps in registers: `rows` rows of
// `vectors` vectors of `width` floats, called c0_0, c0_1, ..., c1_0, ...
struct Tile {
  int rows = 1;
  int vectors = 1;
  int width = 8;

  int columns() const { return vectors * width; }
  std::string type() const;  // "float16"
};

// The largest tile whose sums and operands fit into the device's registers,
// with at most `rows` rows.
Tile ChooseTile(const DeviceFacts& facts, int64_t rows);
// The vector width in which a CPU device computes best.
int VectorWidth(const DeviceFacts& facts);

// Declares the sums, 0.
std::string DeclareTile(const Tile& tile);
// Adds to each row the product of one number, whose text `row` gives, and
// `columns` floats at the pointer `weights`.
std::string MultiplyTile(const Tile& tile,
                         const std::function<std::string(int)>& row,
                         const std::string& weights);
// Calls `each` for every vector of the tile with its name, row and first
// column, and joins what it gives.
std::string ForEachVector(
    const Tile& tile,
    const std::function<std::string(const std::string&, int, int)>& each);

}  // namespace onnxifi::opencl

#endif  // ONNXIFI_BACKENDS_OPENCL_KERNELS_TILE_TEXT_H_
