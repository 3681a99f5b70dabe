// Arithmetic of two inputs that are broadcast to each other; Clip.
#include <algorithm>
#include <cmath>
#include <limits>

#include "conformance/ops/edge_tests.h"
#include "conformance/ops/error_bound.h"

namespace onnxifi::conformance {
namespace {

using Function = double (*)(double, double);

struct Binary {
  const char* op;
  Function f;
  bool nan;  // what becomes of NaN is defined
  bool integers;
  bool powers = false;  // inputs must be small and positive
};

constexpr Binary kTable[] = {
    {"Add", [](double a, double b) { return a + b; }, true, true},
    {"Sub", [](double a, double b) { return a - b; }, true, true},
    {"Mul", [](double a, double b) { return a * b; }, true, true},
    {"Div", [](double a, double b) { return a / b; }, true, true},
    {"Pow", [](double a, double b) { return std::pow(a, b); }, false, false,
     true},
    {"Min", [](double a, double b) { return std::min(a, b); }, false, true},
    {"Max", [](double a, double b) { return std::max(a, b); }, false, true},
};

// Shapes of both; every position, and squares, where swapped axes fit.
const std::vector<std::pair<Shape, Shape>>& Pairs() {
  static const auto& pairs = *new std::vector<std::pair<Shape, Shape>>{
      {{}, {}},
      {{3, 5, 7}, {3, 5, 7}},
      {{3, 5, 7}, {7}},
      {{3, 5, 7}, {5, 1}},
      {{3, 5, 7}, {1}},
      {{3, 5, 7}, {3, 1, 1}},
      {{3, 5, 7}, {}},
      {{3, 5, 7}, {3, 1, 7}},
      {{3, 5, 7}, {1, 5, 7}},
      {{3, 1, 7}, {1, 5, 1}},
      {{1, 5}, {3, 1}},
      {{4, 4}, {4, 1}},
      {{4, 4}, {1, 4}},
      {{4, 4}, {4}},
      {{4, 4, 4}, {4, 1, 4}},
      {{4, 4, 4}, {1, 4, 1}},
      {{17, 129}, {129}},
      {{17, 129}, {17, 1}},
      {{5, 1, 33}, {5, 3, 33}},
      {{2, 3, 4, 5}, {3, 1, 5}},
      {{2, 1, 3, 1, 2, 1, 2, 1}, {1, 3, 1, 2, 1, 2, 1, 3}},
      {{1, 1, 1, 1, 1, 1, 1, 2}, {2, 1, 1, 1, 1, 1, 1, 1}},
  };
  return pairs;
}

double Exact(const Binary& binary, DataType type, double a, double b) {
  const double result = binary.f(a, b);
  return client::IsInteger(type) ? std::trunc(result) : result;
}

OpCase CaseOf(const Binary& binary, NumberTensor a, NumberTensor b,
              std::string what) {
  OpCase each;
  each.what = StrCat(what, " ", ShapesText({a.dims, b.dims}));
  each.op = binary.op;
  // Integers of 8 and 16 bits came with operator set 14.
  each.opset = 14;
  const DataType type = a.type;
  Expected y;
  y.want = NumberTensor(type, BroadcastShape(a.dims, b.dims));
  Index at(y.want.dims);
  for (size_t i = 0; i < y.want.count(); ++i, at.Next()) {
    const double left = a[BroadcastOffset(a.dims, at.at())];
    const double right = b[BroadcastOffset(b.dims, at.at())];
    y.want[i] = Exact(binary, type, left, right);
    y.bound.push_back(ElementwiseBound(binary.op, type, y.want[i]));
    y.flushed.push_back(
        Exact(binary, type, Flush(type, left), Flush(type, right)));
  }
  each.inputs = {std::move(a), std::move(b)};
  each.outputs = {std::move(y)};
  return each;
}

NumberTensor Ordinary(const Binary& binary, DataType type, const Shape& shape,
                      bool second, Test& test) {
  if (binary.powers) {
    return Uniform(type, shape, second ? -2 : 0.1, 2.5, test.random());
  }
  if (!client::IsInteger(type)) {
    return Uniform(type, shape, second ? 0.5 : -90, 90, test.random());
  }
  // Different in every element, and no result is too large for 8 bits.
  NumberTensor tensor = Counting(type, shape);
  for (double& value : tensor.v) {
    value = std::fmod(value, second ? 5 : 23);
    if (second && value == 0) value = 5;
  }
  return tensor;
}

void Broadcast(Test& test, const Binary& binary, DataType type) {
  OpRunner runner(test);
  const auto run = [&](const Shape& a, const Shape& b) {
    runner.Run(CaseOf(binary, Ordinary(binary, type, a, false, test),
                      Ordinary(binary, type, b, true, test), ""));
  };
  for (const auto& [a, b] : Pairs()) {
    run(a, b);
    if (a != b) run(b, a);
  }
  for (const Shape& shape : EdgeShapes()) run(shape, shape);
}

void Empty(Test& test, const Binary& binary) {
  OpRunner runner(test);
  const auto run = [&](const Shape& a, const Shape& b) {
    runner.Run(CaseOf(binary, Counting(DataType::kFloat, a),
                      Counting(DataType::kFloat, b), ""));
  };
  for (const Shape& shape : EmptyShapes()) {
    run(shape, shape);
    run(shape, {1});
    run({}, shape);
  }
  run({3, 0}, {1, 1});
  run({1, 5}, {0, 1});
}

// Each special number with each.
void Specials(Test& test, const Binary& binary, DataType type) {
  OpRunner runner(test);
  std::vector<double> values;
  for (const double value : SpecialValues(type)) {
    if (binary.nan || !std::isnan(value)) values.push_back(value);
  }
  const auto n = static_cast<int64_t>(values.size());
  if (binary.powers) {
    for (double& value : values) value = std::fmod(std::fabs(value), 5);
    for (double& value : values) value = std::isfinite(value) ? value : 1;
  }
  NumberTensor a(type, {n, 1}, values);
  NumberTensor b(type, {n}, values);
  RoundAll(&a);
  RoundAll(&b);
  runner.Run(CaseOf(binary, a, b, "special numbers"));
}

NumberTensor Limit(DataType type, std::vector<uint64_t> bits) {
  NumberTensor tensor;
  tensor.type = type;
  tensor.dims = {static_cast<int64_t>(bits.size())};
  tensor.bits = std::move(bits);
  return tensor;
}

// 64-bit integers that neither float nor double holds.
void Wide(Test& test, const Binary& binary, DataType type) {
  constexpr uint64_t kMax = std::numeric_limits<int64_t>::max();
  constexpr uint64_t kOdd = (uint64_t{1} << 53) + 1;
  const std::vector<uint64_t> a = {kMax, kMax - 1, kOdd, kOdd + 1, 7, kMax};
  const std::vector<uint64_t> b = {1, 1, 2, kOdd, 3, kMax};
  std::vector<uint64_t> want;
  for (size_t i = 0; i < a.size(); ++i) {
    const std::string op = binary.op;
    want.push_back(op == "Sub"   ? a[i] - b[i]
                   : op == "Div" ? a[i] / b[i]
                   : op == "Min" ? b[i]
                                 : a[i]);
  }
  // No result may overflow: what that gives is not defined.
  std::vector<uint64_t> left = a;
  std::vector<uint64_t> right = b;
  if (std::string(binary.op) == "Add") {
    for (size_t i = 0; i < a.size(); ++i) left[i] = a[i] - b[i];
  }
  if (std::string(binary.op) == "Mul") right.assign(b.size(), 1);
  OpCase each;
  each.what = TypeName(type) + " at its limits";
  each.op = binary.op;
  each.opset = 14;
  each.inputs = {Limit(type, left), Limit(type, right)};
  Expected y;
  y.want = Limit(type, want);
  each.outputs = {y};
  OpRunner runner(test);
  runner.Run(each);
}

void Small(Test& test, const Binary& binary) {
  OpRunner runner(test);
  const auto zero = [&](size_t n) {
    const bool factor = binary.op[0] == 'M' || binary.op[0] == 'D';
    return std::vector<double>(n, factor ? 1 : 0);
  };
  runner.Run(CaseOf(
      binary,
      {DataType::kInt32, {4}, {2147483647, -2147483648.0, 16777217, -16777217}},
      {DataType::kInt32, {4}, zero(4)}, "limits of int32"));
  runner.Run(CaseOf(binary, {DataType::kInt8, {4}, {127, -128, 7, -7}},
                    {DataType::kInt8, {4}, zero(4)}, "limits of int8"));
  runner.Run(CaseOf(binary, {DataType::kUint8, {4}, {255, 128, 7, 200}},
                    {DataType::kUint8, {4}, zero(4)}, "limits of uint8"));
}

OpCase ClipCase(NumberTensor x, double low, double high, bool constant) {
  OpCase each;
  each.op = "Clip";
  each.what = StrCat(ShapeText(x.dims), constant ? " constant limits" : "");
  Expected y;
  y.want = x;
  for (double& value : y.want.v) value = std::min(std::max(value, low), high);
  y.flushed = y.want.v;
  for (double& value : y.flushed) value = Flush(x.type, value);
  OpInput least = NumberTensor(x.type, {}, {low});
  OpInput most = NumberTensor(x.type, {}, {high});
  if (constant) {
    least.kind = OpInput::Kind::kConstant;
    most.kind = OpInput::Kind::kConstant;
  }
  each.inputs = {std::move(x), least, most};
  each.outputs = {y};
  return each;
}

void Clip(Test& test, DataType type) {
  OpRunner runner(test);
  const double inf = std::numeric_limits<double>::infinity();
  for (const Shape& shape : EdgeShapes()) {
    runner.Run(ClipCase(Counting(type, shape), -2, 3, true));
    runner.Run(ClipCase(Counting(type, shape), -2, 3, false));
  }
  NumberTensor x(type, {6}, {-1, 0, 1, 2, 3, 100});
  runner.Run(ClipCase(x, 2, 2, true));
  if (client::IsInteger(type)) return;
  x.v = {-inf, inf, -0.0, 0, LargestFinite(type), 1};
  runner.Run(ClipCase(x, -inf, inf, true));
  runner.Run(ClipCase(x, 0, 6, true));
  OpCase open = ClipCase(x, -inf, 6, true);
  open.what = "no lower limit";
  open.inputs[1] = OpInput();
  runner.Run(open);
  open = ClipCase(x, 0, inf, true);
  open.what = "no upper limit";
  open.inputs.pop_back();
  runner.Run(open);
}

}  // namespace

void AddEdgeBinary(TestList* list) {
  for (const Binary& binary : kTable) {
    const std::string name = LowerName(binary.op);
    for (const DataType type :
         {DataType::kFloat, DataType::kDouble, DataType::kFloat16,
          DataType::kBfloat16, DataType::kInt32, DataType::kInt64,
          DataType::kInt8, DataType::kUint8}) {
      if (client::IsInteger(type) && !binary.integers) continue;
      if (type == DataType::kUint8 && binary.op[0] == 'S') continue;
      if (type == DataType::kBfloat16 && binary.powers) continue;
      AddEdge(list, StrCat(name, "_", TypeName(type)), type,
              [&binary, type](Test& test) { Broadcast(test, binary, type); });
      if (client::IsInteger(type)) continue;
      AddEdge(list, StrCat(name, "_", TypeName(type), "_special"), type,
              [&binary, type](Test& test) { Specials(test, binary, type); });
    }
    AddEdge(list, name + "_empty", DataType::kFloat,
            [&binary](Test& test) { Empty(test, binary); });
    if (!binary.integers) continue;
    AddEdge(list, name + "_limits", DataType::kInt32, [&binary](Test& test) {
      Small(test, binary);
      Wide(test, binary, DataType::kInt64);
      Wide(test, binary, DataType::kUint64);
    });
  }
  for (const DataType type :
       {DataType::kFloat, DataType::kFloat16, DataType::kInt32}) {
    AddEdge(list, "clip_" + TypeName(type), type,
            [type](Test& test) { Clip(test, type); });
  }
}

}  // namespace onnxifi::conformance
