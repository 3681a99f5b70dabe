#include "backends/opencl/kernels/matrix_product.h"

#include <algorithm>
#include <utility>

#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/element_loop.h"
#include "backends/opencl/kernels/loop_text.h"
#include "backends/opencl/kernels/tile_text.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

// So many products of numbers up to 255 add up to a float without rounding.
constexpr int kExactTerms = 256;
// A group of items on devices that run many at once: kSide x kSide.
constexpr int kSide = 16;
// The tile of local memory is at most so many elements high and wide.
constexpr int kWide = 64;

int64_t RoundUp(int64_t value, int64_t unit) {
  return (value + unit - 1) / unit * unit;
}

bool UsesTiles(const DeviceFacts& facts, const MatrixProduct& p) {
  return facts.is_cpu() && p.sum != DataType::kDouble && p.k > 0;
}

size_t StagedBytes(const MatrixProduct& p) {
  if (p.a.direct) return 0;
  return static_cast<size_t>(RoundUp(p.a.matrices * p.m * p.k, 16)) *
         sizeof(float);
}

int64_t PackedFloats(const MatrixProduct& p, const Tile& tile) {
  return RoundUp(p.n, tile.columns()) * p.k;
}

void DefineOperand(const ProductOperand& operand, const char* name,
                   KernelText* kernel) {
  operand.bind(kernel);
  kernel->Define(StrCat(name, "(z, i, j)"), StrCat("(", operand.element, ")"));
}

// A as dense floats.
Launch StageLaunch(const DeviceFacts& facts, const MatrixProduct& p,
                   size_t offset) {
  KernelText kernel;
  DefineOperand(p.a, "A_AT", &kernel);
  kernel.Scratch("staged", "float", offset);
  return MakeRowLoop(facts, kernel, {{p.a.matrices, p.m}}, p.k, "",
                     "    staged[i] = (float)A_AT((long)c0, (long)c1, "
                     "(long)j);");
}

// B as [matrix][n / columns][k][columns], zeros behind the last column.
Launch PackLaunch(const DeviceFacts& facts, const MatrixProduct& p,
                  const Tile& tile, size_t offset) {
  const int64_t columns = tile.columns();
  const int64_t blocks = RoundUp(p.n, columns) / columns;
  KernelText kernel;
  DefineOperand(p.b, "B_AT", &kernel);
  kernel.Scratch("packed", "float", offset);
  return MakeRowLoop(
      facts, kernel, {{p.b.matrices, blocks, p.k}}, columns, "",
      StrCat("    const long column = c1 * (long)", columns,
             " + j;\n    packed[i] = column < ", p.n,
             " ? (float)B_AT((long)c0, (long)c2, column) : 0.0f;"));
}

// Integers: floats are added up as long as they are exact.
std::string IntegerSums(const Tile& tile, const std::string& text) {
  const auto sum = [](int row, int column) {
    return StrCat("sum", row, "_", column);
  };
  const std::string type = StrCat("uint", tile.width);
  return ForEachVector(tile,
                       [&](const std::string&, int row, int column) {
                         return StrCat("  ", type, " ", sum(row, column),
                                       " = (", type, ")(0);\n");
                       }) +
         text +
         ForEachVector(tile, [&](const std::string& name, int row, int column) {
           return StrCat("  ", sum(row, column), " += as_", type,
                         "(convert_int", tile.width, "(", name, "));\n");
         });
}

// The loops over k that leave the sums in vectors.
std::string SumText(const MatrixProduct& p, const Tile& tile) {
  const auto row = [&](int r) {
    return p.a.direct ? StrCat("A_AT(za, min(row0 + ", r, ", ", p.m - 1,
                               "L), (long)k)")
                      : StrCat("a_", r, "[k]");
  };
  const std::string multiply =
      MultiplyTile(tile, row, StrCat("w_ + k * ", tile.columns()));
  if (p.sum != DataType::kInt32) {
    return StrCat(DeclareTile(tile), "  for (int k = 0; k < ", p.k,
                  "; ++k) {\n", multiply, "  }\n");
  }
  std::string text = StrCat(
      "  for (int k0 = 0; k0 < ", p.k, "; k0 += ", kExactTerms, ") {\n",
      DeclareTile(tile), "  const int end = min(k0 + ", kExactTerms, ", (int)",
      p.k, ");\n  for (int k = k0; k < end; ++k) {\n", multiply, "  }\n");
  text = IntegerSums(tile, text);
  return text + "  }\n";
}

// The sums go through an array: the tail is there once, however large the tile.
std::string TailText(const MatrixProduct& p, const Tile& tile) {
  const bool integer = p.sum == DataType::kInt32;
  const char* const type = integer ? "int" : "float";
  const int columns = tile.columns();
  std::string text = StrCat("  ", type, " sums[", tile.rows * columns, "];\n");
  text +=
      ForEachVector(tile, [&](const std::string& name, int row, int column) {
        const std::string sum = integer ? StrCat("as_int", tile.width, "(sum",
                                                 row, "_", column, ")")
                                        : name;
        return StrCat("  vstore", tile.width, "(", sum, ", 0, sums + ",
                      row * columns + column, ");\n");
      });
  return StrCat(
      text, "  const int end_ = (int)min((long)", columns, ", ", p.n,
      " - column0);\n  for (int r_ = 0; r_ < ", tile.rows, " && row0 + r_ < ",
      p.m,
      "; ++r_) {\n    const long row = row0 + "
      "r_;\n    for (int v_ = 0; v_ < end_; ++v_) {\n      const long "
      "column = column0 + v_;\n      const ",
      type, " s = sums[r_ * ", columns, " + v_];\n      TAIL\n    }\n  }\n");
}

// Which matrices product z is of.
std::string MatricesText(const MatrixProduct& p) {
  return StrCat("  const long za = ", OffsetText("z", p.batch, p.a.strides),
                ";\n  const long zb = ", OffsetText("z", p.batch, p.b.strides),
                ";\n");
}

void BindTail(const MatrixProduct& p, KernelText* kernel) {
  p.bind_tail(kernel);
  std::string line = p.tail;
  std::replace(line.begin(), line.end(), '\n', ' ');
  kernel->Define("TAIL", line);
}

Launch TileLaunch(const MatrixProduct& p, const Tile& tile, size_t staged,
                  size_t packed) {
  const int64_t columns = tile.columns();
  KernelText kernel;
  if (p.a.direct) {
    DefineOperand(p.a, "A_AT", &kernel);
  } else {
    kernel.Scratch("staged", "float", staged);
  }
  kernel.Scratch("packed", "float", packed);
  BindTail(p, &kernel);
  std::string text = StrCat(
      "  const long z = get_global_id(2);\n  const long row0 = "
      "(long)get_global_id(1) * ",
      tile.rows, ";\n  const long column0 = (long)get_global_id(0) * ", columns,
      ";\n", MatricesText(p), "  __global const float* w_ = packed + zb * ",
      PackedFloats(p, tile), "L + get_global_id(0) * (long)", p.k * columns,
      ";\n");
  for (int r = 0; !p.a.direct && r < tile.rows; ++r) {
    text += StrCat("  __global const float* a_", r, " = staged + (za * ", p.m,
                   " + min(row0 + ", r, ", ", p.m - 1, "L)) * ", p.k, "L;\n");
  }
  text += SumText(p, tile) + TailText(p, tile);
  kernel.Restrict().Group(1, 1, 1);
  Launch launch = kernel.Finish(text);
  launch.global = {static_cast<size_t>(RoundUp(p.n, columns) / columns),
                   static_cast<size_t>((p.m + tile.rows - 1) / tile.rows),
                   static_cast<size_t>(Product(p.batch))};
  return launch;
}

// One element after the other.
Launch ElementLaunch(const DeviceFacts& facts, const MatrixProduct& p) {
  KernelText kernel;
  DefineOperand(p.a, "A_AT", &kernel);
  DefineOperand(p.b, "B_AT", &kernel);
  BindTail(p, &kernel);
  const char* const type = KernelTypeOf(p.sum).compute;
  const bool integer = p.sum == DataType::kInt32;
  const char* const wide = integer ? "uint" : type;
  const std::string body =
      StrCat("    const long z = c0, row = c1, column = c2;\n", MatricesText(p),
             "    ", wide, " total = 0;\n    for (long k = 0; k < ", p.k,
             "; ++k) total += (", wide,
             ")(A_AT(za, row, k) * B_AT(zb, k, column));\n    const ", type,
             " s = (", type, ")total;\n    TAIL");
  return MakeCoordinateLoop(facts, kernel, {{Product(p.batch), p.m, p.n}},
                            body);
}

// Items of a group load tiles of both factors into local memory and sum up a few
// elements each. An item always loads the same column of A and of B, so that what
// depends on it alone is computed once. Names end in a line, so that they are not
// those of the operands. Rows of A's tile end with a gap: an item's
// neighbours store to other banks.
constexpr char kGroupText[] = R"(
  __local T a_tile[SIDE][HIGH + 1];
  __local T b_tile[SIDE][WIDE];
  const int lx_ = get_local_id(0), ly_ = get_local_id(1);
  const int lane_ = ly_ * SIDE + lx_;
  const long row0 = (long)get_group_id(1) * HIGH;
  const long column0 = (long)get_group_id(0) * WIDE;
  const int b_lane_ = lane_ % WIDE;
  const long b_column_ = column0 + b_lane_;
  T sums_[HIGH / SIDE][WIDE / SIDE];
  for (int y_ = 0; y_ < HIGH / SIDE; ++y_) {
    for (int x_ = 0; x_ < WIDE / SIDE; ++x_) sums_[y_][x_] = 0;
  }
  for (long k0_ = 0; k0_ < DEPTH; k0_ += SIDE) {
    for (int t_ = ly_; t_ < HIGH; t_ += SIDE) {
      const long k_ = k0_ + lx_, r_ = row0 + t_;
      a_tile[lx_][t_] = r_ < ROWS && k_ < DEPTH ? (T)A_AT(za, r_, k_) : (T)0;
    }
    for (int t_ = lane_ / WIDE; t_ < SIDE; t_ += SIDE * SIDE / WIDE) {
      const long k_ = k0_ + t_;
      b_tile[t_][b_lane_] =
          b_column_ < COLUMNS && k_ < DEPTH ? (T)B_AT(zb, k_, b_column_) : (T)0;
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int k_ = 0; k_ < SIDE; ++k_) {
      T terms_[HIGH / SIDE];
      for (int y_ = 0; y_ < HIGH / SIDE; ++y_) terms_[y_] = a_tile[k_][ly_ + y_ * SIDE];
      for (int x_ = 0; x_ < WIDE / SIDE; ++x_) {
        const T b_ = b_tile[k_][lx_ + x_ * SIDE];
        for (int y_ = 0; y_ < HIGH / SIDE; ++y_) sums_[y_][x_] += terms_[y_] * b_;
      }
    }
    barrier(CLK_LOCAL_MEM_FENCE);
  }
  for (int y_ = 0; y_ < HIGH / SIDE; ++y_) {
    for (int x_ = 0; x_ < WIDE / SIDE; ++x_) {
      const long row = row0 + ly_ + y_ * SIDE, column = column0 + lx_ + x_ * SIDE;
      if (row >= ROWS || column >= COLUMNS) continue;
      const T s = sums_[y_][x_];
      TAIL
    }
  }
)";

Launch GroupLaunch(const MatrixProduct& p) {
  const auto side = [](int64_t size) {
    return size > kWide / 2 ? kWide : size > kSide ? 2 * kSide : kSide;
  };
  const int high = side(p.m);
  const int wide = side(p.n);
  KernelText kernel;
  DefineOperand(p.a, "A_AT", &kernel);
  DefineOperand(p.b, "B_AT", &kernel);
  BindTail(p, &kernel);
  kernel.Define("T", KernelTypeOf(p.sum).compute)
      .Define("SIDE", kSide)
      .Define("HIGH", high)
      .Define("WIDE", wide)
      .Define("ROWS", p.m)
      .Define("COLUMNS", p.n)
      .Define("DEPTH", p.k)
      .Group(kSide, kSide, 1);
  Launch launch = kernel.Finish(StrCat("  const long z = get_group_id(2);\n",
                                       MatricesText(p), kGroupText));
  launch.global = {static_cast<size_t>((p.n + wide - 1) / wide * kSide),
                   static_cast<size_t>((p.m + high - 1) / high * kSide),
                   static_cast<size_t>(Product(p.batch))};
  return launch;
}

}  // namespace

size_t ProductScratch(const DeviceFacts& facts, const MatrixProduct& product) {
  if (!UsesTiles(facts, product)) return 0;
  const Tile tile = ChooseTile(facts, product.m);
  return StagedBytes(product) +
         static_cast<size_t>(product.b.matrices * PackedFloats(product, tile)) *
             sizeof(float);
}

void AddProduct(const DeviceFacts& facts, const MatrixProduct& product,
                size_t scratch, std::vector<Launch>* launches) {
  if (Product(product.batch) * product.m * product.n == 0) return;
  if (UsesTiles(facts, product)) {
    const Tile tile = ChooseTile(facts, product.m);
    const size_t packed = scratch + StagedBytes(product);
    if (!product.a.direct) {
      launches->push_back(StageLaunch(facts, product, scratch));
    }
    launches->push_back(PackLaunch(facts, product, tile, packed));
    launches->push_back(TileLaunch(product, tile, scratch, packed));
    return;
  }
  constexpr size_t kItems = kSide * kSide;
  launches->push_back(facts.is_cpu() || facts.max_group < kItems ||
                              facts.local_bytes < 32768
                          ? ElementLaunch(facts, product)
                          : GroupLaunch(product));
}

}  // namespace onnxifi::opencl
