// Operators that move elements about: every result is one of the inputs, bit
// for bit.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "conformance/ops/edge_tests.h"

namespace onnxifi::conformance {
namespace {

using wire::AttrInt;
using wire::AttrInts;

constexpr DataType kTypes[] = {DataType::kFloat, DataType::kFloat16,
                               DataType::kInt64, DataType::kUint8,
                               DataType::kBool,  DataType::kDouble};

// Different elements; of floats also those that arithmetic would change.
NumberTensor Elements(DataType type, const Shape& shape, int first = 0) {
  NumberTensor x = Counting(type, shape);
  if (type != DataType::kBool && type != DataType::kUint8) {
    for (double& value : x.v) value += first;
  }
  if (client::IsFloat(type) && x.count() > 4) {
    x[1] = std::nan("");
    x[2] = -0.0;
    x[3] = RoundTo(type, 0x1p-130);
  }
  return x;
}

Expected Bitwise(NumberTensor want) {
  Expected expected;
  expected.want = std::move(want);
  expected.bitwise = true;
  return expected;
}

int64_t Wrapped(int64_t axis, size_t rank) {
  return axis < 0 ? axis + static_cast<int64_t>(rank) : axis;
}

OpCase TransposeCase(DataType type, const Shape& shape,
                     const std::vector<int64_t>& order) {
  OpCase each;
  each.op = "Transpose";
  each.what = StrCat(ShapeText(shape), " by ", ShapeText(order));
  each.attributes = {AttrInts("perm", order)};
  NumberTensor x = Elements(type, shape);
  Shape out;
  for (const int64_t axis : order) {
    out.push_back(shape[static_cast<size_t>(axis)]);
  }
  NumberTensor y(type, out);
  Index at(y.dims);
  for (size_t i = 0; i < y.count(); ++i, at.Next()) {
    Shape from(shape.size());
    for (size_t k = 0; k < order.size(); ++k) {
      from[static_cast<size_t>(order[k])] = at[k];
    }
    y[i] = x[OffsetOf(shape, from)];
  }
  each.inputs = {std::move(x)};
  each.outputs = {Bitwise(std::move(y))};
  return each;
}

void Transpose(Test& test, DataType type) {
  OpRunner runner(test);
  // Every order of three and of four axes.
  for (const Shape& shape :
       {Shape{2, 3, 5}, Shape{4, 4, 4}, Shape{2, 3, 4, 5}, Shape{7, 1, 3, 1}}) {
    std::vector<int64_t> order(shape.size());
    std::iota(order.begin(), order.end(), 0);
    do {
      runner.Run(TransposeCase(type, shape, order));
    } while (std::next_permutation(order.begin(), order.end()));
  }
  for (const int64_t n : {1, 2, 7, 15, 17, 31, 33, 63, 65, 127, 129}) {
    runner.Run(TransposeCase(type, {n, 5}, {1, 0}));
    runner.Run(TransposeCase(type, {33, n}, {1, 0}));
    runner.Run(TransposeCase(type, {2, n, 3}, {0, 2, 1}));
  }
  runner.Run(
      TransposeCase(type, {2, 1, 3, 1, 2, 3, 1, 2}, {7, 6, 5, 4, 3, 2, 1, 0}));
  runner.Run(
      TransposeCase(type, {2, 3, 1, 2, 1, 2, 2, 2}, {0, 2, 1, 4, 3, 7, 6, 5}));
}

OpCase ConcatCase(DataType type, const std::vector<Shape>& shapes,
                  int64_t axis) {
  OpCase each;
  each.op = "Concat";
  each.what = StrCat(ShapesText(shapes), " along ", axis);
  each.attributes = {AttrInt("axis", axis)};
  const auto along = static_cast<size_t>(Wrapped(axis, shapes[0].size()));
  Shape out = shapes[0];
  out[along] = 0;
  std::vector<NumberTensor> parts;
  for (const Shape& shape : shapes) {
    out[along] += shape[along];
    parts.push_back(Elements(type, shape, static_cast<int>(parts.size()) * 7));
    each.inputs.emplace_back(parts.back());
  }
  NumberTensor y(type, out);
  Index at(y.dims);
  for (size_t i = 0; i < y.count(); ++i, at.Next()) {
    Shape from = at.at();
    size_t part = 0;
    while (from[along] >= shapes[part][along]) {
      from[along] -= shapes[part++][along];
    }
    y[i] = parts[part][OffsetOf(shapes[part], from)];
  }
  each.outputs = {Bitwise(std::move(y))};
  return each;
}

void Concat(Test& test, DataType type) {
  OpRunner runner(test);
  runner.Run(ConcatCase(type, {{3}}, 0));
  runner.Run(ConcatCase(type, {{1}, {1}, {1}, {1}, {1}}, 0));
  for (const int64_t n : {1, 3, 17, 129, 1031}) {
    runner.Run(ConcatCase(type, {{n}, {5}}, 0));
    runner.Run(ConcatCase(type, {{2, n}, {2, 3}}, 1));
    runner.Run(ConcatCase(type, {{n, 3}, {2, 3}}, -2));
  }
  for (int64_t axis = -3; axis < 3; ++axis) {
    runner.Run(ConcatCase(type, {{4, 4, 4}, {4, 4, 4}, {4, 4, 4}}, axis));
  }
  runner.Run(ConcatCase(type, {{2, 1, 3}, {2, 5, 3}, {2, 2, 3}}, 1));
  runner.Run(ConcatCase(
      type, {{1, 2, 1, 2, 1, 2, 1, 2}, {1, 2, 1, 2, 1, 3, 1, 2}}, 5));
}

OpCase SplitCase(DataType type, const Shape& shape,
                 const std::vector<int64_t>& sizes, int64_t axis) {
  OpCase each;
  each.op = "Split";
  each.what =
      StrCat(ShapeText(shape), " into ", ShapeText(sizes), " along ", axis);
  each.attributes = {AttrInt("axis", axis)};
  NumberTensor x = Elements(type, shape);
  const auto along = static_cast<size_t>(Wrapped(axis, shape.size()));
  int64_t begin = 0;
  for (const int64_t size : sizes) {
    Shape out = shape;
    out[along] = size;
    NumberTensor y(type, out);
    Index at(y.dims);
    for (size_t i = 0; i < y.count(); ++i, at.Next()) {
      Shape from = at.at();
      from[along] += begin;
      y[i] = x[OffsetOf(shape, from)];
    }
    begin += size;
    each.outputs.push_back(Bitwise(std::move(y)));
  }
  each.inputs = {std::move(x), ConstantInts(sizes)};
  return each;
}

void Split(Test& test, DataType type) {
  OpRunner runner(test);
  runner.Run(SplitCase(type, {6}, {1, 2, 3}, 0));
  runner.Run(SplitCase(type, {1031}, {1000, 31}, 0));
  runner.Run(SplitCase(type, {5}, {5}, 0));
  for (int64_t axis = -3; axis < 3; ++axis) {
    runner.Run(SplitCase(type, {5, 5, 5}, {2, 3}, axis));
  }
  runner.Run(SplitCase(type, {2, 129, 3}, {1, 127, 1}, 1));
  OpCase even = SplitCase(type, {2, 6}, {3, 3}, 1);
  even.inputs.pop_back();
  runner.Run(even);
}

// An operator whose elements stay in their order.
OpCase SameOrder(const std::string& op, DataType type, const Shape& from,
                 const Shape& to, OpInput second, const std::string& what) {
  OpCase each;
  each.op = op;
  each.what = StrCat(ShapeText(from), " to ", ShapeText(to), " ", what);
  NumberTensor x = Elements(type, from);
  each.outputs = {Bitwise({type, to, x.v})};
  each.inputs = {std::move(x), std::move(second)};
  return each;
}

void Reshape(Test& test, DataType type) {
  OpRunner runner(test);
  const auto run = [&](const Shape& from, const std::vector<int64_t>& asked,
                       const Shape& to) {
    runner.Run(SameOrder("Reshape", type, from, to, ConstantInts(asked),
                         StrCat("as ", ShapeText(asked))));
  };
  run({6}, {2, 3}, {2, 3});
  run({2, 3}, {-1}, {6});
  run({2, 3, 4}, {0, -1}, {2, 12});
  run({2, 3, 4}, {4, 0, -1}, {4, 3, 2});
  run({1}, {}, {});
  run({}, {1, 1}, {1, 1});
  run({7, 129}, {129, 7}, {129, 7});
  run({2, 1, 3, 1}, {1, 2, 1, 1, 3, 1, 1, 1}, {1, 2, 1, 1, 3, 1, 1, 1});
  const auto squeeze = [&](const char* op, const Shape& from,
                           const std::vector<int64_t>& axes, const Shape& to) {
    runner.Run(SameOrder(op, type, from, to, ConstantInts(axes),
                         StrCat("axes ", ShapeText(axes))));
  };
  squeeze("Squeeze", {1, 3, 1, 5}, {0, 2}, {3, 5});
  squeeze("Squeeze", {1, 3, 1, 5}, {-2}, {1, 3, 5});
  squeeze("Unsqueeze", {3, 5}, {0, 3}, {1, 3, 5, 1});
  squeeze("Unsqueeze", {}, {0}, {1});
}

OpCase ExpandCase(DataType type, const Shape& from, const Shape& asked) {
  OpCase each;
  each.op = "Expand";
  each.what = StrCat(ShapeText(from), " to ", ShapeText(asked));
  NumberTensor x = Elements(type, from);
  NumberTensor y(type, BroadcastShape(from, asked));
  Index at(y.dims);
  for (size_t i = 0; i < y.count(); ++i, at.Next()) {
    y[i] = x[BroadcastOffset(from, at.at())];
  }
  each.inputs = {std::move(x), ConstantInts(asked)};
  each.outputs = {Bitwise(std::move(y))};
  return each;
}

OpCase TileCase(DataType type, const Shape& from,
                const std::vector<int64_t>& repeats) {
  OpCase each;
  each.op = "Tile";
  each.what = StrCat(ShapeText(from), " times ", ShapeText(repeats));
  NumberTensor x = Elements(type, from);
  Shape out = from;
  for (size_t i = 0; i < out.size(); ++i) out[i] *= repeats[i];
  NumberTensor y(type, out);
  Index at(y.dims);
  for (size_t i = 0; i < y.count(); ++i, at.Next()) {
    Shape source = at.at();
    for (size_t k = 0; k < source.size(); ++k) source[k] %= from[k];
    y[i] = x[OffsetOf(from, source)];
  }
  each.inputs = {std::move(x), ConstantInts(repeats)};
  each.outputs = {Bitwise(std::move(y))};
  return each;
}

void ExpandAndTile(Test& test, DataType type) {
  OpRunner runner(test);
  runner.Run(ExpandCase(type, {}, {3, 5}));
  runner.Run(ExpandCase(type, {4, 1}, {4, 4}));
  runner.Run(ExpandCase(type, {1, 4}, {4, 4}));
  runner.Run(ExpandCase(type, {4}, {4, 4}));
  runner.Run(ExpandCase(type, {3, 1, 7}, {2, 1, 5, 1}));
  runner.Run(ExpandCase(type, {5, 7}, {1}));
  runner.Run(ExpandCase(type, {1, 129}, {17, 129}));
  runner.Run(
      ExpandCase(type, {1, 2, 1, 2, 1, 2, 1, 2}, {2, 1, 3, 1, 2, 1, 2, 1}));
  runner.Run(TileCase(type, {3}, {1}));
  runner.Run(TileCase(type, {7}, {19}));
  runner.Run(TileCase(type, {4, 4}, {1, 3}));
  runner.Run(TileCase(type, {4, 4}, {3, 1}));
  runner.Run(TileCase(type, {2, 3, 5}, {3, 2, 2}));
  runner.Run(TileCase(type, {1, 129}, {5, 2}));
}

void Empty(Test& test) {
  OpRunner runner(test);
  const DataType type = DataType::kFloat;
  runner.Run(TransposeCase(type, {2, 0, 3}, {2, 1, 0}));
  runner.Run(ConcatCase(type, {{0}, {3}}, 0));
  runner.Run(ConcatCase(type, {{2, 0}, {2, 3}, {2, 0}}, 1));
  runner.Run(ConcatCase(type, {{0, 3}, {0, 3}}, 0));
  runner.Run(SplitCase(type, {4}, {0, 4}, 0));
  runner.Run(SplitCase(type, {0, 2}, {1, 1}, 1));
  runner.Run(SameOrder("Reshape", type, {0, 3}, {3, 0}, ConstantInts({3, -1}),
                       "as 3x-1"));
  runner.Run(ExpandCase(type, {1, 3}, {0, 3}));
  runner.Run(TileCase(type, {2, 3}, {0, 2}));
}

}  // namespace

void AddEdgeMove(TestList* list) {
  struct Row {
    const char* name;
    void (*run)(Test&, DataType);
  };
  constexpr Row kRows[] = {{"transpose", &Transpose},
                           {"concat", &Concat},
                           {"split", &Split},
                           {"reshape", &Reshape},
                           {"expand_tile", &ExpandAndTile}};
  for (const Row& row : kRows) {
    for (const DataType type : kTypes) {
      AddEdge(list, StrCat(row.name, "_", TypeName(type)), type,
              [run = row.run, type](Test& test) { run(test, type); });
    }
  }
  AddEdge(list, "move_empty", DataType::kFloat, &Empty);
}

}  // namespace onnxifi::conformance
