#include "backends/opencl/kernels/tile_text.h"

#include <algorithm>

#include "base/str_cat.h"

namespace onnxifi::opencl {

std::string Tile::type() const { return StrCat("float", width); }

int VectorWidth(const DeviceFacts& facts) {
  return facts.float_width >= 16 ? 16 : 8;
}

Tile ChooseTile(const DeviceFacts& facts, int64_t rows) {
  Tile tile;
  tile.width = VectorWidth(facts);
  // 32 registers of 16 floats, or 16 of 8: sums, one vector of weights for each
  // column of the tile, and one number.
  const int registers = tile.width == 16 ? 32 : 16;
  tile.vectors = rows <= 2 ? 4 : 2;
  const int most = (registers - tile.vectors - 1) / tile.vectors;
  tile.rows = static_cast<int>(std::clamp<int64_t>(rows, 1, most));
  return tile;
}

std::string DeclareTile(const Tile& tile) {
  return ForEachVector(tile, [&](const std::string& name, int, int) {
    return StrCat("  ", tile.type(), " ", name, " = (", tile.type(),
                  ")(0.0f);\n");
  });
}

std::string MultiplyTile(const Tile& tile,
                         const std::function<std::string(int)>& row,
                         const std::string& weights) {
  std::string text;
  for (int v = 0; v < tile.vectors; ++v) {
    text += StrCat("    const ", tile.type(), " w", v, " = vload", tile.width,
                   "(", v, ", ", weights, ");\n");
  }
  for (int r = 0; r < tile.rows; ++r) {
    text += StrCat("    { const ", tile.type(), " a = (", tile.type(), ")(",
                   row(r), ");");
    for (int v = 0; v < tile.vectors; ++v) {
      const std::string sum = StrCat("c", r, "_", v);
      text += StrCat(" ", sum, " = fma(a, w", v, ", ", sum, ");");
    }
    text += " }\n";
  }
  return text;
}

std::string ForEachVector(
    const Tile& tile,
    const std::function<std::string(const std::string&, int, int)>& each) {
  std::string text;
  for (int r = 0; r < tile.rows; ++r) {
    for (int v = 0; v < tile.vectors; ++v) {
      text += each(StrCat("c", r, "_", v), r, v * tile.width);
    }
  }
  return text;
}

}  // namespace onnxifi::opencl
