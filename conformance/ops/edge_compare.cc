// Comparisons, logic, and the choice between two tensors.
#include <algorithm>
#include <cmath>
#include <limits>

#include "conformance/ops/edge_tests.h"

namespace onnxifi::conformance {
namespace {

struct Comparison {
  const char* op;
  bool (*f)(double, double);
  bool (*whole)(int64_t, int64_t);  // NULL: for truth values
};

constexpr Comparison kTable[] = {
    {"Equal", [](double a, double b) { return a == b; },
     [](int64_t a, int64_t b) { return a == b; }},
    {"Less", [](double a, double b) { return a < b; },
     [](int64_t a, int64_t b) { return a < b; }},
    {"Greater", [](double a, double b) { return a > b; },
     [](int64_t a, int64_t b) { return a > b; }},
    {"LessOrEqual", [](double a, double b) { return a <= b; },
     [](int64_t a, int64_t b) { return a <= b; }},
    {"GreaterOrEqual", [](double a, double b) { return a >= b; },
     [](int64_t a, int64_t b) { return a >= b; }},
    {"And", [](double a, double b) { return a != 0 && b != 0; }, nullptr},
    {"Or", [](double a, double b) { return a != 0 || b != 0; }, nullptr},
    {"Xor", [](double a, double b) { return (a != 0) != (b != 0); }, nullptr},
};

OpCase CaseOf(const Comparison& comparison, NumberTensor a, NumberTensor b,
              std::string what) {
  OpCase each;
  each.what = StrCat(what, ShapesText({a.dims, b.dims}));
  each.op = comparison.op;
  Expected y;
  y.want = NumberTensor(DataType::kBool, BroadcastShape(a.dims, b.dims));
  Index at(y.want.dims);
  for (size_t i = 0; i < y.want.count(); ++i, at.Next()) {
    const double left = a[BroadcastOffset(a.dims, at.at())];
    const double right = b[BroadcastOffset(b.dims, at.at())];
    y.want[i] = comparison.f(left, right) ? 1 : 0;
    y.flushed.push_back(
        comparison.f(Flush(a.type, left), Flush(a.type, right)) ? 1 : 0);
  }
  each.inputs = {std::move(a), std::move(b)};
  each.outputs = {std::move(y)};
  return each;
}

void Broadcast(Test& test, const Comparison& comparison, DataType type,
               bool empty) {
  OpRunner runner(test);
  const auto run = [&](const Shape& a, const Shape& b) {
    NumberTensor left = Counting(type, a);
    NumberTensor right = Counting(type, b);
    // All three of less, equal and greater occur.
    for (size_t i = 0; i < right.v.size(); ++i) {
      if (type == DataType::kBool) right[i] = i % 2 == 0 ? 1 : 0;
      if (type != DataType::kBool && i % 4 == 2) right[i] += 1;
      if (type != DataType::kBool && i % 4 == 3) right[i] = 1;
    }
    runner.Run(CaseOf(comparison, std::move(left), std::move(right), ""));
  };
  if (empty) {
    for (const Shape& shape : EmptyShapes()) run(shape, shape);
    run({3, 0}, {1, 1});
    return;
  }
  for (const Shape& shape : EdgeShapes()) run(shape, shape);
  for (const auto& [a, b] :
       std::vector<std::pair<Shape, Shape>>{{{4, 4}, {4, 1}},
                                            {{4, 4}, {1, 4}},
                                            {{4, 4}, {4}},
                                            {{3, 5, 7}, {5, 1}},
                                            {{3, 1, 7}, {1, 5, 1}},
                                            {{}, {17}},
                                            {{17, 129}, {17, 1}},
                                            {{2, 1, 3, 1}, {2, 1, 5}}}) {
    run(a, b);
    run(b, a);
  }
}

void Specials(Test& test, const Comparison& comparison, DataType type) {
  OpRunner runner(test);
  const std::vector<double> values = SpecialValues(type);
  const auto n = static_cast<int64_t>(values.size());
  runner.Run(CaseOf(comparison, {type, {n, 1}, values}, {type, {n}, values},
                    "special numbers "));
}

// Integers that are equal as doubles.
void Wide(Test& test, const Comparison& comparison) {
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  constexpr int64_t kOdd = (int64_t{1} << 53) + 1;
  const std::vector<int64_t> a = {kMax, kOdd, kOdd, -kOdd, -kMax - 1, 0};
  const std::vector<int64_t> b = {kMax - 1, kOdd, kOdd - 1, 1 - kOdd, -kMax, 0};
  NumberTensor left;
  left.type = DataType::kInt64;
  left.dims = {static_cast<int64_t>(a.size())};
  NumberTensor right = left;
  Expected y;
  y.want = NumberTensor(DataType::kBool, left.dims);
  for (size_t i = 0; i < a.size(); ++i) {
    left.bits.push_back(static_cast<uint64_t>(a[i]));
    right.bits.push_back(static_cast<uint64_t>(b[i]));
    y.want[i] = comparison.whole(a[i], b[i]) ? 1 : 0;
  }
  OpCase each;
  each.op = comparison.op;
  each.what = "int64 beyond 2^53";
  each.inputs = {left, right};
  each.outputs = {y};
  OpRunner runner(test);
  runner.Run(each);
}

void Not(Test& test, const std::vector<Shape>& shapes) {
  OpRunner runner(test);
  for (const Shape& shape : shapes) {
    OpCase each;
    each.op = "Not";
    each.what = ShapeText(shape);
    NumberTensor x = Counting(DataType::kBool, shape);
    Expected y;
    y.want = x;
    for (double& value : y.want.v) value = 1 - value;
    each.inputs = {x};
    each.outputs = {y};
    runner.Run(each);
  }
}

OpCase WhereCase(DataType type, const Shape& condition, const Shape& a,
                 const Shape& b) {
  OpCase each;
  each.op = "Where";
  each.what = ShapesText({condition, a, b});
  NumberTensor c = Counting(DataType::kBool, condition);
  NumberTensor left = Counting(type, a);
  NumberTensor right = Counting(type, b);
  const bool positive = type == DataType::kUint8;
  for (double& value : right.v) value = positive ? value + 121 : -value;
  if (type == DataType::kFloat && !left.v.empty() && !right.v.empty()) {
    left[0] = -0.0;
    right[0] = std::nan("");
    if (left.count() > 1) left[1] = 1e-40f;
  }
  Expected y;
  y.bitwise = true;
  y.want = NumberTensor(type, BroadcastShape(BroadcastShape(condition, a), b));
  Index at(y.want.dims);
  for (size_t i = 0; i < y.want.count(); ++i, at.Next()) {
    const bool first = c[BroadcastOffset(condition, at.at())] != 0;
    y.want[i] = first ? left[BroadcastOffset(a, at.at())]
                      : right[BroadcastOffset(b, at.at())];
  }
  each.inputs = {c, left, right};
  each.outputs = {y};
  return each;
}

void Where(Test& test, DataType type, bool empty) {
  OpRunner runner(test);
  if (empty) {
    for (const Shape& shape : EmptyShapes()) {
      runner.Run(WhereCase(type, shape, shape, shape));
      runner.Run(WhereCase(type, {1}, shape, {}));
    }
    return;
  }
  for (const Shape& shape : EdgeShapes()) {
    runner.Run(WhereCase(type, shape, shape, shape));
  }
  const std::vector<Shape> parts = {{4, 4}, {4, 1}, {1, 4}, {}};
  for (const Shape& condition : parts) {
    for (const Shape& a : parts) {
      for (const Shape& b : parts) {
        runner.Run(WhereCase(type, condition, a, b));
      }
    }
  }
  runner.Run(WhereCase(type, {3, 1, 7}, {5, 1}, {1, 1, 7}));
  runner.Run(WhereCase(type, {17, 1}, {129}, {17, 129}));
}

}  // namespace

void AddEdgeCompare(TestList* list) {
  for (const Comparison& comparison : kTable) {
    const std::string name = LowerName(comparison.op);
    std::vector<DataType> types = {DataType::kBool};
    if (comparison.whole != nullptr) {
      types = {DataType::kFloat, DataType::kDouble, DataType::kFloat16,
               DataType::kInt32, DataType::kInt64};
    }
    for (const DataType type : types) {
      AddEdge(list, StrCat(name, "_", TypeName(type)), type,
              [&comparison, type](Test& test) {
                Broadcast(test, comparison, type, false);
              });
      if (client::IsInteger(type)) continue;
      AddEdge(list, StrCat(name, "_", TypeName(type), "_special"), type,
              [&comparison, type](Test& test) {
                Specials(test, comparison, type);
              });
    }
    const DataType first = types.front();
    AddEdge(list, name + "_empty", first, [&comparison, first](Test& test) {
      Broadcast(test, comparison, first, true);
    });
    if (comparison.whole == nullptr) continue;
    AddEdge(list, name + "_wide", DataType::kInt64,
            [&comparison](Test& test) { Wide(test, comparison); });
  }
  AddEdge(list, "not", DataType::kBool,
          [](Test& test) { Not(test, EdgeShapes()); });
  AddEdge(list, "not_empty", DataType::kBool,
          [](Test& test) { Not(test, EmptyShapes()); });
  for (const DataType type : {DataType::kFloat, DataType::kFloat16,
                              DataType::kInt64, DataType::kUint8}) {
    AddEdge(list, "where_" + TypeName(type), type,
            [type](Test& test) { Where(test, type, false); });
  }
  AddEdge(list, "where_empty", DataType::kFloat,
          [](Test& test) { Where(test, DataType::kFloat, true); });
}

}  // namespace onnxifi::conformance
