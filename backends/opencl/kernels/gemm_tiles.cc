#include "backends/opencl/kernels/gemm_tiles.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/activation_text.h"
#include "backends/opencl/kernels/element_loop.h"
#include "backends/opencl/kernels/tile_text.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

int64_t RoundUp(int64_t value, int64_t unit) {
  return (value + unit - 1) / unit * unit;
}

// B as [n / columns][k][columns], zeros behind the last column.
Launch PackLaunch(const PrepareContext& ctx, const GemmNode& node,
                  const Tile& tile, size_t offset, int64_t matrices) {
  const int64_t columns = tile.columns();
  const int64_t blocks = RoundUp(node.n, columns) / columns;
  KernelText kernel;
  kernel.InAs("b", "float", 1).Scratch("packed", "float", offset);
  const std::string from = node.transpose_b
                               ? StrCat("column * (long)", node.k, " + c2")
                               : StrCat("c2 * (long)", node.n, " + column");
  const std::string body =
      StrCat("    const long column = c1 * (long)", columns,
             " + c3;\n    packed[i] = column < ", node.n, " ? b[c0 * (long)",
             node.n * node.k, " + ", from, "] : 0.0f;");
  const graph::Shape dims = {matrices, blocks, node.k, columns};
  return MakeCoordinateLoop(FactsOf(ctx), kernel, dims, body);
}

Result<std::shared_ptr<const PackedBytes>> PackConstant(
    const PrepareContext& ctx, const GemmNode& node, const Tile& tile,
    int64_t matrices) {
  const int64_t columns = tile.columns();
  const int64_t padded = RoundUp(node.n, columns);
  const graph::TensorData& b = *ctx.ConstantIn(1);
  ONNXIFI_ASSIGN_OR_RETURN(
      std::shared_ptr<PackedBytes> packed,
      MakePacked(static_cast<size_t>(matrices * padded * node.k) *
                 sizeof(float)));
  const char* const from = static_cast<const char*>(b.data);
  for (int64_t z = 0; z < matrices; ++z) {
    for (int64_t k = 0; k < node.k; ++k) {
      for (int64_t n = 0; n < node.n; ++n) {
        const int64_t at = z * node.n * node.k +
                           (node.transpose_b ? n * node.k + k : k * node.n + n);
        const int64_t to =
            ((z * padded / columns + n / columns) * node.k + k) * columns +
            n % columns;
        // Constants may lie at any address.
        std::memcpy(packed->floats() + to, from + at * 4, sizeof(float));
      }
    }
  }
  return std::shared_ptr<const PackedBytes>(std::move(packed));
}

// Where a finished vector goes: a whole one is stored at a pointer, and parts of
// one are elements of it.
struct VectorPlace {
  int row = 0;
  int column = 0;
  std::string pointer;
};

// What is done with a finished vector of sums.
std::string StoreVector(const GemmNode& node, const Tile& tile,
                        const std::string& name, const VectorPlace& to) {
  std::string text = StrCat("  if (row0 + ", to.row, " < ", node.m, ") {\n    ",
                            tile.type(), " v = ", name, ";\n");
  if (node.alpha != 1.0f) {
    text +=
        StrCat("    v *= (", tile.type(), ")(", FloatText(node.alpha), ");\n");
  }
  const std::string first = StrCat("column0 + ", to.column);
  const std::string row = StrCat("row0 + ", to.row);
  const std::string scale =
      node.beta == 1.0f ? "" : StrCat(FloatText(node.beta), " * ");
  std::string whole;
  std::string part =
      StrCat("      float t[", tile.width, "];\n      vstore", tile.width,
             "(v, 0, t);\n      for (int j = 0; j < ", tile.width, " && ",
             first, " + j < ", node.n, "; ++j) {\n        float s = t[j];\n");
  if (node.addend >= 0) {
    const std::string index = node.AddendIndex(row, first);
    whole +=
        node.addend_strides.back() == 1
            ? StrCat("      v += ",
                     node.beta == 1.0f ? ""
                                       : StrCat("(", tile.type(), ")(",
                                                FloatText(node.beta), ") * "),
                     "vload", tile.width, "(0, c + ", index, ");\n")
            : StrCat("      v += (", tile.type(), ")(", scale, "c[", index,
                     "]);\n");
    part += StrCat("        s += ", scale, "c[",
                   node.AddendIndex(row, StrCat(first, " + j")), "];\n");
  }
  whole += StrCat("      vstore", tile.width, "(",
                  ActivationText(node.activation, "v", tile.type()), ", 0, ",
                  to.pointer, ");\n");
  part += StrCat("        (", to.pointer,
                 ")[j] = ", ActivationText(node.activation, "s", "float"),
                 ";\n      }\n");
  return StrCat(text, "    if (", first, " + ", tile.width, " <= ", node.n,
                ") {\n", whole, "    } else {\n", part, "    }\n  }\n");
}

// The finished vectors of a tile, straight to the output or by way of the group.
std::string StoreTile(const GemmNode& node, const Tile& tile,
                      const Epilogue& epilogue) {
  const int width = tile.width;
  const bool grouped = !epilogue.empty();
  const int count = tile.rows * tile.vectors;
  std::string text =
      grouped ? StrCat("  float sums[", count * width, "];\n") : std::string();
  text +=
      ForEachVector(tile, [&](const std::string& name, int row, int column) {
        const std::string pointer =
            grouped ? StrCat("sums + ", row * tile.columns() + column)
                    : StrCat("out + (row0 + ", row, ") * (long)", node.n,
                             " + column0 + ", column);
        return StoreVector(node, tile, name, {row, column, pointer});
      });
  if (!grouped) return text;
  // A loop, so that the group's text is there once.
  text += StrCat("  for (int i = 0; i < ", count,
                 "; ++i) {\n    const long row = row0 + i / ", tile.vectors,
                 ", column = column0 + i % ", tile.vectors, " * ", width,
                 ";\n    const int lanes = ",
                 node.n % width == 0
                     ? StrCat(width, ";\n    if (row >= ", node.m,
                              " || column >= ", node.n, ") continue;\n")
                     : StrCat("min(", node.n, "L - column, ", width,
                              "L);\n    if (row >= ", node.m,
                              " || lanes <= 0) continue;\n"));
  text += StrCat("    const long at = (z * ", node.m, "L + row) * ", node.n,
                 " + column;\n");
  text +=
      epilogue.StoreLanes(StrCat("sums + i * ", width),
                          node.n % width == 0 ? std::to_string(width) : "lanes",
                          "at", node.PlaceOf("row", "column"));
  return text + "  }\n";
}

// The product with packed columns, a tile of registers for each item.
Launch TileLaunch(const GemmNode& node, const Tile& tile,
                  const Epilogue& epilogue, KernelText kernel,
                  int64_t packed_stride) {
  const int64_t columns = tile.columns();
  const int64_t blocks = RoundUp(node.n, columns) / columns;
  std::string text = StrCat(
      "  const long z = get_global_id(2);\n  const long row0 = "
      "(long)get_global_id(1) * ",
      tile.rows, ";\n  const long column0 = (long)get_global_id(0) * ", columns,
      ";\n  __global const float* w = packed + (", node.BOffset(), ") / ",
      std::max<int64_t>(node.n * node.k, 1), " * ", packed_stride,
      "L + get_global_id(0) * (long)", node.k * columns,
      ";\n  __global const float* a0 = a + ", node.AOffset(),
      ";\n  __global float* out = y + z * ", node.m * node.n, "L;\n");
  const int64_t row_step = node.transpose_a ? 1 : node.k;
  for (int r = 0; r < tile.rows; ++r) {
    text += StrCat("  __global const float* a_", r, " = a0 + min(row0 + ", r,
                   ", (long)", node.m - 1, ") * ", row_step, "L;\n");
  }
  text += DeclareTile(tile);
  const std::string k_step =
      node.transpose_a ? StrCat("k * (long)", node.m) : "k";
  text += StrCat("  for (int k = 0; k < ", node.k, "; ++k) {\n");
  text += MultiplyTile(
      tile, [&](int r) { return StrCat("a_", r, "[", k_step, "]"); },
      StrCat("w + k * ", columns));
  text += "  }\n";
  text += StoreTile(node, tile, epilogue);
  kernel.Restrict().Group(1, 1, 1);
  Launch launch = kernel.Finish(text);
  launch.global = {static_cast<size_t>(blocks),
                   static_cast<size_t>((node.m + tile.rows - 1) / tile.rows),
                   static_cast<size_t>(node.products())};
  return launch;
}

}  // namespace

Status PlanGemmTiles(PrepareContext& ctx, const GemmNode& node,
                     const Epilogue& epilogue) {
  const Tile tile = ChooseTile(FactsOf(ctx), node.m);
  const int64_t matrices = Product(ctx.in(1).dims) / (node.n * node.k);
  const int64_t packed_stride = RoundUp(node.n, tile.columns()) * node.k;
  std::vector<Launch> launches;
  KernelText kernel;
  kernel.InAs("a", "float", 0);
  if (ctx.ConstantIn(1) != nullptr) {
    ONNXIFI_ASSIGN_OR_RETURN(
        std::shared_ptr<const PackedBytes> packed,
        ctx.packed().GetOrMake<PackedBytes>(
            StrCat("gemm ", ctx.node().inputs[1], " ", tile.columns(), " ",
                   node.transpose_b),
            [&] { return PackConstant(ctx, node, tile, matrices); }));
    kernel.Packed("packed", "float", std::move(packed));
    ctx.ReleaseInput(1);
  } else {
    ctx.BookScratch(static_cast<size_t>(matrices * packed_stride) *
                    sizeof(float));
    launches.push_back(PackLaunch(ctx, node, tile, 0, matrices));
    kernel.Scratch("packed", "float", 0);
  }
  if (node.addend >= 0) {
    kernel.InAs("c", "float", static_cast<size_t>(node.addend));
  }
  epilogue.AddParameters(&kernel);
  launches.push_back(TileLaunch(node, tile, epilogue, kernel, packed_stride));
  SetLaunches(ctx, std::move(launches));
  return Status::Ok();
}

}  // namespace onnxifi::opencl
