// Conversions between types. What lies outside of the new type is not defined
// for integers and not tested.
#include <algorithm>
#include <cmath>
#include <limits>

#include "conformance/ops/edge_tests.h"
#include "conformance/ops/error_bound.h"

namespace onnxifi::conformance {
namespace {

struct Range {
  double low;
  double high;
};

Range RangeOf(DataType type) {
  switch (type) {
    case DataType::kInt8:
      return {-128, 127};
    case DataType::kUint8:
      return {0, 255};
    case DataType::kInt32:
      return {-2147483648.0, 2147483647};
    case DataType::kInt64:
      return {-0x1p63, 0x1.fffffffffffffp62};
    case DataType::kBool:
      return {-1e30, 1e30};
    default: {
      const double inf = std::numeric_limits<double>::infinity();
      return {-inf, inf};
    }
  }
}

double Converted(DataType to, double value) {
  if (to == DataType::kBool) return value != 0 ? 1 : 0;
  if (client::IsInteger(to)) return std::trunc(value);
  // Beyond the largest number by half a unit: infinity.
  const double largest = LargestFinite(to);
  const double limit = largest * (1 + Epsilon(to) / 4);
  if (std::isfinite(value) && std::fabs(value) >= limit) {
    return std::copysign(std::numeric_limits<double>::infinity(), value);
  }
  return RoundTo(to, value);
}

// Numbers of the type that tell one rounding from another.
std::vector<double> Values(DataType from, DataType to) {
  std::vector<double> values;
  if (client::IsInteger(from)) {
    const Range range = RangeOf(from);
    values = {0,         1,          2,         100,        127,      -1,
              -128,      255,        range.low, range.high, 16777217, 33554435,
              -16777217, 2147483647, 2049,      2051,       257,      65519};
  } else {
    values = SpecialValues(from);
    // Halfway between two neighbours of the new type, and beside.
    for (const double at : {1.0, 3.0, 1025.0, 0.1, 60000.0}) {
      const double half = at * Epsilon(to) / 2;
      for (const double part : {1.0, 0.75, 1.25, 3.0}) {
        values.push_back(at + part * half);
        values.push_back(-at - part * half);
      }
    }
    for (const double value : {65519.0, 65520.0, 0x1p-25, 0x1.8p-25, 0x1p-24,
                               2.9999998, 127.9, -128.9, 254.99, -0.99}) {
      values.push_back(value);
    }
  }
  std::vector<double> kept;
  const Range own = RangeOf(from);
  const Range range = RangeOf(to);
  for (double value : values) {
    if (from == DataType::kBool) value = value != 0 ? 1 : 0;
    if (client::IsInteger(from) && (value < own.low || value > own.high)) {
      continue;
    }
    value = RoundTo(from, value);
    const bool whole = client::IsInteger(to);
    if (whole &&
        !(std::trunc(value) >= range.low && std::trunc(value) <= range.high)) {
      continue;
    }
    kept.push_back(value);
  }
  return kept;
}

OpCase CastCase(NumberTensor x, DataType to) {
  OpCase each;
  each.op = "Cast";
  each.what =
      StrCat(TypeName(x.type), " to ", TypeName(to), " ", ShapeText(x.dims));
  each.attributes = {wire::AttrInt("to", static_cast<int64_t>(to))};
  Expected y;
  y.want = NumberTensor(to, x.dims);
  for (size_t i = 0; i < x.count(); ++i) {
    y.want[i] = Converted(to, x[i]);
    const double flushed = Converted(to, Flush(x.type, x[i]));
    y.flushed.push_back(client::IsFloat(to) ? Flush(to, flushed) : flushed);
  }
  each.inputs = {std::move(x)};
  each.outputs = {std::move(y)};
  return each;
}

constexpr DataType kTypes[] = {
    DataType::kFloat, DataType::kDouble, DataType::kFloat16,
    DataType::kInt8,  DataType::kUint8,  DataType::kInt32,
    DataType::kInt64, DataType::kBool,   DataType::kBfloat16};

void Cast(Test& test, DataType from, DataType to) {
  OpRunner runner(test);
  const std::vector<double> values = Values(from, to);
  const auto n = static_cast<int64_t>(values.size());
  runner.Run(CastCase({from, {n}, values}, to));
  for (const Shape& shape : EdgeShapes()) {
    NumberTensor x = Counting(from, shape);
    const Range range = RangeOf(to);
    for (double& value : x.v) {
      if (value < range.low || value > range.high) value = 3;
      // Both ends of 8 bits are different numbers.
      if (to == DataType::kUint8 || to == DataType::kInt8) {
        value = std::fabs(std::fmod(value, 100));
      }
    }
    runner.Run(CastCase(std::move(x), to));
  }
}

// 64-bit integers beyond 2^53 become the nearest double, and of two the even
// one; the way through a float would round twice.
void Wide(Test& test) {
  OpCase each;
  each.op = "Cast";
  each.what = "int64 beyond 2^53 to float64";
  each.attributes = {
      wire::AttrInt("to", static_cast<int64_t>(DataType::kDouble))};
  NumberTensor x;
  x.type = DataType::kInt64;
  x.bits = {(uint64_t{1} << 53) + 1, (uint64_t{1} << 53) + 3,
            uint64_t{9223372036854775807u}, ~uint64_t{0}};
  x.dims = {static_cast<int64_t>(x.bits.size())};
  Expected y;
  y.want = {
      DataType::kDouble, x.dims, {0x1p53, 0x1.0000000000002p53, 0x1p63, -1}};
  each.inputs = {x};
  each.outputs = {y};
  OpRunner runner(test);
  runner.Run(each);
}

void Empty(Test& test) {
  OpRunner runner(test);
  for (const Shape& shape : EmptyShapes()) {
    runner.Run(CastCase(Counting(DataType::kFloat, shape), DataType::kInt64));
  }
}

}  // namespace

void AddEdgeCast(TestList* list) {
  for (const DataType from : kTypes) {
    for (const DataType to : kTypes) {
      if (from == to) continue;
      const bool half = to == DataType::kFloat16 || to == DataType::kBfloat16;
      AddEdge(list, StrCat("cast_", TypeName(from), "_", TypeName(to)),
              half ? to : from,
              [from, to](Test& test) { Cast(test, from, to); });
    }
  }
  AddEdge(list, "cast_wide", DataType::kInt64, &Wide);
  AddEdge(list, "cast_empty", DataType::kFloat, &Empty);
}

}  // namespace onnxifi::conformance
