#include "tools/cli/compare.h"

#include <algorithm>
#include <cmath>

#include "base/str_cat.h"
#include "tools/cli/text.h"

namespace onnxifi::cli {
namespace {

// Two units in the last place of a bfloat16, as in ONNX's own runner.
constexpr double kBfloat16Rtol = 1.0 / 64;

bool Close(double want, double got, const Tolerance& tolerance) {
  if (std::isnan(want) || std::isnan(got)) {
    return std::isnan(want) && std::isnan(got);
  }
  if (std::isinf(want) || std::isinf(got)) return want == got;
  return std::fabs(got - want) <=
         tolerance.atol + tolerance.rtol * std::fabs(want);
}

struct Worst {
  int64_t index = -1;
  double want = 0;
  double got = 0;
  double excess = -1;
};

void Describe(const HostTensor& want, int64_t parts, const Worst& worst,
              Comparison* result) {
  result->equal = result->mismatches == 0;
  if (result->equal) return;
  result->reason = StrCat(
      "output '", EscapeText(want.name()), "': ", result->mismatches, " of ",
      parts, " elements differ, worst at ", worst.index, ": expected ",
      NumberText(worst.want), ", got ", NumberText(worst.got));
}

Comparison CompareIntegers(const HostTensor& want, const HostTensor& got) {
  Comparison result;
  Worst worst;
  double largest = 0;
  for (int64_t i = 0; i < want.elements(); ++i) {
    const double expected = ElementAsDouble(want, i);
    largest = std::max(largest, std::fabs(expected));
    if (ElementAsBits(want, i) == ElementAsBits(got, i)) continue;
    ++result.mismatches;
    const double actual = ElementAsDouble(got, i);
    const double error = std::fabs(actual - expected);
    result.max_abs_error = std::max(result.max_abs_error, error);
    if (error > worst.excess) worst = {i, expected, actual, error};
  }
  if (largest > 0) result.max_rel_error = result.max_abs_error / largest;
  Describe(want, want.elements(), worst, &result);
  return result;
}

Comparison CompareFloats(const HostTensor& want, const HostTensor& got,
                         Tolerance tolerance) {
  if (want.type() == graph::DataType::kBfloat16) {
    tolerance.rtol = std::max(tolerance.rtol, kBfloat16Rtol);
  }
  Comparison result;
  Worst worst;
  double largest = 0;
  const int64_t parts = want.elements() * (IsComplex(want.type()) ? 2 : 1);
  for (int64_t i = 0; i < parts; ++i) {
    const double expected = ElementAsDouble(want, i);
    const double actual = ElementAsDouble(got, i);
    double error = std::fabs(actual - expected);
    if (std::isfinite(expected)) {
      largest = std::max(largest, std::fabs(expected));
    }
    if (std::isfinite(error)) {
      result.max_abs_error = std::max(result.max_abs_error, error);
    }
    if (Close(expected, actual, tolerance)) continue;
    ++result.mismatches;
    if (!std::isfinite(error)) error = HUGE_VAL;
    if (error > worst.excess) worst = {i, expected, actual, error};
  }
  if (largest > 0) result.max_rel_error = result.max_abs_error / largest;
  Describe(want, parts, worst, &result);
  return result;
}

}  // namespace

Comparison Compare(const HostTensor& want, const HostTensor& got,
                   const Tolerance& tolerance) {
  Comparison result;
  const std::string name = EscapeText(want.name());
  if (want.type() != got.type()) {
    result.reason = StrCat("output '", name, "': expected type ",
                           graph::DataTypeName(want.type()), ", got ",
                           graph::DataTypeName(got.type()));
    return result;
  }
  if (want.dims() != got.dims()) {
    result.reason =
        StrCat("output '", name, "': expected shape ", ShapeText(want.dims()),
               ", got ", ShapeText(got.dims()));
    return result;
  }
  return IsInteger(want.type()) ? CompareIntegers(want, got)
                                : CompareFloats(want, got, tolerance);
}

}  // namespace onnxifi::cli
