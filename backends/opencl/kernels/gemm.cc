#include "backends/opencl/kernels/gemm.h"

#include <algorithm>
#include <cstring>
#include <span>
#include <utility>

#include "backends/common/ops/broadcast_shape.h"
#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/activation_text.h"
#include "backends/opencl/kernels/element_loop.h"
#include "backends/opencl/kernels/epilogue.h"
#include "backends/opencl/kernels/pointwise.h"
#include "backends/opencl/kernels/tile_text.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

constexpr TypeSet kGemmTypes =
    kFloatTypes | TypeBit(DataType::kInt32) | TypeBit(DataType::kInt64) |
    TypeBit(DataType::kUint32) | TypeBit(DataType::kUint64);

int64_t RoundUp(int64_t value, int64_t unit) {
  return (value + unit - 1) / unit * unit;
}

// Offset of the matrix of product z: "(z / 4) % 3 * 20 + ...".
std::string BatchOffset(const graph::Shape& batch,
                        std::span<const int64_t> strides) {
  std::string text;
  int64_t below = 1;
  for (size_t d = batch.size(); d-- > 0;) {
    if (strides[d] != 0) {
      text += StrCat(text.empty() ? "" : " + ", "(z / ", below, ") % ",
                     batch[d], " * ", strides[d], "L");
    }
    below *= batch[d];
  }
  return text.empty() ? "0L" : text;
}

// The element of the addend at row and column.
std::string AddendIndex(const GemmNode& node, const std::string& row,
                        const std::string& column) {
  const size_t rank = node.batch.size();
  return StrCat(BatchOffset(node.batch, node.addend_strides), " + ",
                node.addend_strides[rank], " * (", row, ") + ",
                node.addend_strides[rank + 1], " * (", column, ")");
}

// The coordinates of an element of the output.
std::vector<std::string> PlaceOf(const GemmNode& node, const std::string& row,
                                 const std::string& column) {
  std::vector<std::string> place(node.batch.size());
  int64_t below = 1;
  for (size_t d = place.size(); d-- > 0;) {
    place[d] = StrCat("(z / ", below, ") % ", node.batch[d]);
    below *= node.batch[d];
  }
  if (!node.vector_a) place.push_back(row);
  if (!node.vector_b) place.push_back(column);
  return place;
}

int64_t Products(const GemmNode& node) { return Product(node.batch); }

// Every type, one element after the other.
Launch GenericGemm(const PrepareContext& ctx, const GemmNode& node,
                   const Epilogue& epilogue) {
  const DataType type = ctx.in(0).type;
  const bool is_float = (TypeBit(type) & kFloatTypes) != 0;
  const char* const compute = KernelTypeOf(type).compute;
  KernelText kernel;
  kernel.In("a", type, 0).In("b", type, 1);
  if (node.addend >= 0) {
    kernel.In("c", type, static_cast<size_t>(node.addend));
  }
  epilogue.AddParameters(&kernel);
  const int64_t a_row = node.transpose_a ? 1 : node.k;
  const int64_t a_k = node.transpose_a ? node.m : 1;
  const int64_t b_k = node.transpose_b ? 1 : node.n;
  const int64_t b_column = node.transpose_b ? node.k : 1;
  std::string body = StrCat(
      "    const long z = c0, row = c1, column = c2;\n    const long a0 = ",
      BatchOffset(node.batch, node.a_strides), " + row * ", a_row,
      ";\n    const long b0 = ", BatchOffset(node.batch, node.b_strides),
      " + column * ", b_column, ";\n    ", compute,
      " s = 0;\n    for (int k = 0; k < ", node.k,
      "; ++k) s += ", LoadText(type, "a", StrCat("a0 + k * (long)", a_k)),
      " * ", LoadText(type, "b", StrCat("b0 + k * (long)", b_k)), ";\n");
  if (node.alpha != 1.0f) {
    body +=
        StrCat("    s = (", compute, ")(s * ", FloatText(node.alpha), ");\n");
  }
  if (node.addend >= 0) {
    body +=
        StrCat("    s += (", compute, ")(", FloatText(node.beta), " * ",
               LoadText(type, "c", AddendIndex(node, "row", "column")), ");\n");
  }
  if (is_float && node.activation.kind != Activation::Kind::kNone) {
    body += StrCat("    s = ", ActivationText(node.activation, "s", compute),
                   ";\n");
  }
  body += epilogue.StoreElement("s", "i", PlaceOf(node, "row", "column"));
  const graph::Shape dims = {Products(node), node.m, node.n};
  return MakeCoordinateLoop(FactsOf(ctx), kernel, dims, body);
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
    const std::string index = AddendIndex(node, row, first);
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
                   AddendIndex(node, row, StrCat(first, " + j")), "];\n");
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
                          "at", PlaceOf(node, "row", "column"));
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
      ";\n  __global const float* w = packed + (",
      BatchOffset(node.batch, node.b_strides), ") / ",
      std::max<int64_t>(node.n * node.k, 1), " * ", packed_stride,
      "L + get_global_id(0) * (long)", node.k * columns,
      ";\n  __global const float* a0 = a + ",
      BatchOffset(node.batch, node.a_strides),
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
                   static_cast<size_t>(Products(node))};
  return launch;
}

Status PlanTiles(PrepareContext& ctx, const GemmNode& node,
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

}  // namespace

Reject SupportsGemm(const NodeView& node) {
  for (size_t i = 0; i < ProductInputs(node); ++i) {
    if (Reject r = RequireTypes(node, i, kGemmTypes); !r.supported()) return r;
  }
  return {};
}

Status ReadMatMul(const PrepareContext& ctx, GemmNode* node,
                  graph::Shape* output) {
  graph::Shape a = ctx.in(0).dims;
  graph::Shape b = ctx.in(1).dims;
  if (a.empty() || b.empty()) return ShapeError(ctx, "a factor is a scalar");
  const bool a_vector = a.size() == 1;
  const bool b_vector = b.size() == 1;
  node->vector_a = a_vector;
  node->vector_b = b_vector;
  if (a_vector) a.insert(a.begin(), 1);
  if (b_vector) b.push_back(1);
  node->m = a[a.size() - 2];
  node->k = a.back();
  node->n = b.back();
  if (b[b.size() - 2] != node->k) {
    return ShapeError(ctx, StrCat("cannot multiply ", ShapeText(ctx.in(0).dims),
                                  " by ", ShapeText(ctx.in(1).dims)));
  }
  const graph::Shape batches[] = {graph::Shape(a.begin(), a.end() - 2),
                                  graph::Shape(b.begin(), b.end() - 2)};
  ONNXIFI_ASSIGN_OR_RETURN(node->batch, BroadcastShape(ctx.node(), batches));
  node->a_strides = BroadcastStrides(batches[0], node->batch);
  node->b_strides = BroadcastStrides(batches[1], node->batch);
  for (int64_t& stride : node->a_strides) stride *= node->m * node->k;
  for (int64_t& stride : node->b_strides) stride *= node->k * node->n;
  *output = node->batch;
  if (!a_vector) output->push_back(node->m);
  if (!b_vector) output->push_back(node->n);
  return Status::Ok();
}

Status PlanGemm(PrepareContext& ctx, const GemmNode& node,
                const graph::Shape& output) {
  ONNXIFI_ASSIGN_OR_RETURN(
      const Epilogue epilogue,
      Epilogue::Make(ctx, {ctx.in(0).type, output, Layout::kPlain}));
  if (Products(node) * node.m * node.n == 0) {
    SetLaunches(ctx, {});
    return Status::Ok();
  }
  if (ctx.in(0).type == DataType::kFloat && node.k > 0 &&
      FactsOf(ctx).is_cpu()) {
    return PlanTiles(ctx, node, epilogue);
  }
  SetLaunches(ctx, {GenericGemm(ctx, node, epilogue)});
  return Status::Ok();
}

}  // namespace onnxifi::opencl
