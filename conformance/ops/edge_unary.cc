// Operators of one input that treat each element for itself.
#include <cmath>

#include "conformance/ops/edge_tests.h"
#include "conformance/ops/error_bound.h"

namespace onnxifi::conformance {
namespace {

using Function = double (*)(double);

struct Unary {
  const char* op;
  Function f;
  double low;  // of ordinary inputs
  double high;
  bool nan = true;  // what becomes of NaN is defined
  bool integers = false;
  wire::Names attributes = {};
};

// To the nearest whole number, of two the even one.
double RoundEven(double x) { return std::nearbyint(x); }
double Sign(double x) { return x > 0 ? 1 : x < 0 ? -1 : x; }
double Relu(double x) { return x > 0 ? x : 0; }
double Leaky(double x) { return x < 0 ? x * static_cast<double>(0.01f) : x; }
double Leaky3(double x) { return x < 0 ? x * static_cast<double>(0.3f) : x; }
double Sigmoid(double x) { return 1 / (1 + std::exp(-x)); }
double Reciprocal(double x) { return 1 / x; }

const std::vector<Unary>& Table() {
  static const std::vector<Unary>& table = *new std::vector<Unary>{
      {"Neg", [](double x) { return -x; }, -50, 50, true, true},
      {"Abs", [](double x) { return std::fabs(x); }, -50, 50, true, true},
      {"Sqrt", [](double x) { return std::sqrt(x); }, 0, 1000},
      {"Exp", [](double x) { return std::exp(x); }, -10, 10},
      {"Log", [](double x) { return std::log(x); }, 0.001, 1000},
      {"Tanh", [](double x) { return std::tanh(x); }, -6, 6},
      {"Sigmoid", &Sigmoid, -8, 8},
      {"Erf", [](double x) { return std::erf(x); }, -4, 4},
      {"Relu", &Relu, -50, 50, false},
      {"LeakyRelu", &Leaky, -50, 50, false},
      {"LeakyRelu",
       &Leaky3,
       -50,
       50,
       false,
       false,
       {wire::AttrFloat("alpha", 0.3f)}},
      {"Floor", [](double x) { return std::floor(x); }, -50, 50},
      {"Ceil", [](double x) { return std::ceil(x); }, -50, 50},
      {"Round", &RoundEven, -50, 50},
      {"Sign", &Sign, -3, 3, false, true},
      {"Reciprocal", &Reciprocal, 0.01, 100},
  };
  return table;
}

OpCase CaseOf(const Unary& unary, NumberTensor x, std::string what) {
  OpCase each;
  each.what = std::move(what);
  each.op = unary.op;
  each.attributes = unary.attributes;
  Expected y;
  y.want = NumberTensor(x.type, x.dims);
  for (size_t i = 0; i < x.count(); ++i) {
    const double want = unary.f(x.v[i]);
    y.want.v[i] = UlpsOf(unary.op) == 0 ? RoundTo(x.type, want) : want;
    y.bound.push_back(ElementwiseBound(unary.op, x.type, want));
    y.flushed.push_back(unary.f(Flush(x.type, x.v[i])));
  }
  each.inputs = {std::move(x)};
  each.outputs = {std::move(y)};
  return each;
}

void Shapes(Test& test, const Unary& unary, DataType type,
            const std::vector<Shape>& shapes) {
  OpRunner runner(test);
  for (const Shape& shape : shapes) {
    NumberTensor x =
        client::IsInteger(type)
            ? Counting(type, shape)
            : Uniform(type, shape, unary.low, unary.high, test.random());
    runner.Run(CaseOf(unary, std::move(x), ShapeText(shape)));
  }
}

void Specials(Test& test, const Unary& unary, DataType type) {
  OpRunner runner(test);
  NumberTensor x(type, {});
  for (const double value : SpecialValues(type)) {
    if (unary.nan || !std::isnan(value)) x.v.push_back(value);
  }
  x.v.erase(x.v.begin());  // the scalar's zero
  x.dims = {static_cast<int64_t>(x.v.size())};
  runner.Run(CaseOf(unary, x, "special numbers"));
  // In another place of a vector, where code for the rest of a loop runs.
  x.v.resize(x.v.size() - 3);
  x.dims = {static_cast<int64_t>(x.v.size())};
  runner.Run(CaseOf(unary, x, "fewer special numbers"));
}

void Limits(Test& test, const Unary& unary) {
  OpRunner runner(test);
  runner.Run(CaseOf(
      unary, {DataType::kInt32, {5}, {2147483647, -2147483647, 0, 1, 16777217}},
      "int32 at its limits"));
  runner.Run(CaseOf(unary, {DataType::kInt8, {5}, {127, -127, 0, 1, -1}},
                    "int8 at its limits"));
}

// Operator set 13 has no bfloat16 for these.
bool LacksBfloat16(const Unary& unary) {
  const std::string op = unary.op;
  return op == "LeakyRelu" || op == "Round";
}

std::string NameOf(const Unary& unary) {
  return LowerName(unary.op) + (unary.attributes.empty() ? "" : "_attribute");
}

}  // namespace

void AddEdgeUnary(TestList* list) {
  for (const Unary& unary : Table()) {
    const std::string name = NameOf(unary);
    for (const DataType type : {DataType::kFloat, DataType::kDouble,
                                DataType::kFloat16, DataType::kBfloat16}) {
      if (type == DataType::kBfloat16 && LacksBfloat16(unary)) continue;
      AddEdge(list, StrCat(name, "_", TypeName(type)), type,
              [&unary, type](Test& test) {
                Shapes(test, unary, type, EdgeShapes());
              });
      AddEdge(list, StrCat(name, "_", TypeName(type), "_special"), type,
              [&unary, type](Test& test) { Specials(test, unary, type); });
    }
    AddEdge(list, name + "_empty", DataType::kFloat, [&unary](Test& test) {
      Shapes(test, unary, DataType::kFloat, EmptyShapes());
    });
    if (!unary.integers) continue;
    AddEdge(list, name + "_integers", DataType::kInt32, [&unary](Test& test) {
      for (const DataType type :
           {DataType::kInt32, DataType::kInt64, DataType::kInt8}) {
        Shapes(test, unary, type, EdgeShapes());
      }
      Limits(test, unary);
    });
  }
}

}  // namespace onnxifi::conformance
