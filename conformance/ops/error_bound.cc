#include "conformance/ops/error_bound.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace onnxifi::conformance {
namespace {

using graph::DataType;

struct Format {
  DataType type;
  double epsilon;
  double smallest;
  double largest;
};

constexpr Format kFormats[] = {
    {DataType::kFloat, 0x1p-23, 0x1p-126, 0x1.fffffep127},
    {DataType::kDouble, 0x1p-52, 0x1p-1022, std::numeric_limits<double>::max()},
    {DataType::kFloat16, 0x1p-10, 0x1p-14, 65504},
    {DataType::kBfloat16, 0x1p-7, 0x1p-126, 0x1.fep127},
};

const Format* FormatOf(DataType type) {
  for (const Format& format : kFormats) {
    if (format.type == type) return &format;
  }
  return nullptr;
}

struct UlpRow {
  std::string_view op;
  double ulps;
};

// Arithmetic that IEEE 754 rounds once: a whole unit instead of half of one,
// for devices that round otherwise. The others: OpenCL C 3.0, table of relative
// errors of the full profile; functions made of several of them: their sum.
constexpr UlpRow kUlps[] = {
    {"Abs", 0},   {"Neg", 0},       {"Ceil", 0},      {"Floor", 0},
    {"Round", 0}, {"Sign", 0},      {"Relu", 0},      {"Max", 0},
    {"Min", 0},   {"Clip", 0},      {"Add", 1},       {"Sub", 1},
    {"Mul", 1},   {"LeakyRelu", 1}, {"Div", 2.5},     {"Reciprocal", 2.5},
    {"Sqrt", 3},  {"Exp", 3},       {"Log", 3},       {"Sin", 4},
    {"Cos", 4},   {"Atan", 5},      {"Tanh", 5},      {"Sigmoid", 8},
    {"Erf", 16},  {"Pow", 16},      {"Softplus", 10}, {"Softsign", 4},
    {"Mod", 0},
};

double AtLeast(double bound, const Format& format) {
  return bound + format.smallest;
}

}  // namespace

double Epsilon(DataType type) {
  const Format* format = FormatOf(type);
  return format == nullptr ? 0 : format->epsilon;
}

double SmallestNormal(DataType type) {
  const Format* format = FormatOf(type);
  return format == nullptr ? 0 : format->smallest;
}

double LargestFinite(DataType type) {
  const Format* format = FormatOf(type);
  return format == nullptr ? 0 : format->largest;
}

double UlpsOf(std::string_view op) {
  for (const UlpRow& row : kUlps) {
    if (row.op == op) return row.ulps;
  }
  return -1;
}

double ElementwiseBound(std::string_view op, DataType type, double want) {
  const Format* format = FormatOf(type);
  if (format == nullptr) return 0;
  const double ulps = UlpsOf(op);
  if (ulps == 0) return 0;
  return AtLeast(ulps * format->epsilon * std::fabs(want), *format);
}

double SumBound(DataType type, double terms, double magnitude, double want) {
  const Format* format = FormatOf(type);
  if (format == nullptr) return 0;
  // Half a unit for each product and each addition, in any order; at most as
  // many roundings on the way of one term as there are terms.
  const double accumulate =
      std::min(format->epsilon, Epsilon(DataType::kFloat));
  const double sum = (terms + 1) * accumulate / 2 * magnitude;
  // One unit for the result, where it is rounded once more.
  return AtLeast(sum + format->epsilon * std::fabs(want), *format);
}

double ChainBound(DataType type, double roundings, double want) {
  const Format* format = FormatOf(type);
  if (format == nullptr) return 0;
  const double accumulate =
      std::min(format->epsilon, Epsilon(DataType::kFloat));
  return AtLeast((roundings * accumulate + format->epsilon) * std::fabs(want),
                 *format);
}

}  // namespace onnxifi::conformance
