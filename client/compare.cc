#include "client/compare.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "base/str_cat.h"
#include "client/text.h"

namespace onnxifi::client {
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

void NoteWorst(int64_t index, double want, double got, double error,
               double* largest, Comparison* result) {
  if (!(error > *largest)) return;
  *largest = error;
  result->worst = index;
  result->want = want;
  result->got = got;
}

void Describe(int64_t parts, const Worst& worst, Comparison* result) {
  result->equal = result->mismatches == 0;
  if (result->equal) return;
  result->reason =
      StrCat(result->mismatches, " of ", parts, " elements differ, worst at ",
             worst.index, ": expected ", NumberText(worst.want), ", got ",
             NumberText(worst.got));
}

Comparison Different(std::string reason) {
  Comparison result;
  result.reason = std::move(reason);
  result.mismatches = 1;
  return result;
}

std::string Quote(const std::string& text) {
  constexpr size_t kShownBytes = 60;
  return StrCat("'", EscapeText(text.substr(0, kShownBytes)),
                text.size() > kShownBytes ? "...'" : "'");
}

Comparison CompareStrings(const HostTensor& want, const HostTensor& got) {
  Comparison result;
  for (size_t i = 0; i < want.strings().size(); ++i) {
    if (want.strings()[i] == got.strings()[i]) continue;
    if (result.mismatches++ > 0) continue;
    result.reason =
        StrCat("string ", i, " differs: expected ", Quote(want.strings()[i]),
               ", got ", Quote(got.strings()[i]));
  }
  result.equal = result.mismatches == 0;
  return result;
}

Comparison CompareIntegers(const HostTensor& want, const HostTensor& got) {
  Comparison result;
  Worst worst;
  double largest = 0;
  double noted = -1;  // integers above 2^53 may differ and look the same
  for (int64_t i = 0; i < want.elements(); ++i) {
    const double expected = ElementAsDouble(want, i);
    largest = std::max(largest, std::fabs(expected));
    if (ElementAsBits(want, i) == ElementAsBits(got, i)) continue;
    ++result.mismatches;
    const double actual = ElementAsDouble(got, i);
    const double error = std::fabs(actual - expected);
    result.max_abs_error = std::max(result.max_abs_error, error);
    NoteWorst(i, expected, actual, error, &noted, &result);
    if (error > worst.excess) worst = {i, expected, actual, error};
  }
  if (largest > 0) result.max_rel_error = result.max_abs_error / largest;
  Describe(want.elements(), worst, &result);
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
  double noted = 0;
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
      NoteWorst(i, expected, actual, error, &noted, &result);
    }
    if (Close(expected, actual, tolerance)) continue;
    ++result.mismatches;
    if (!std::isfinite(error)) error = HUGE_VAL;
    NoteWorst(i, expected, actual, error, &noted, &result);
    if (error > worst.excess) worst = {i, expected, actual, error};
  }
  if (largest > 0) result.max_rel_error = result.max_abs_error / largest;
  Describe(parts, worst, &result);
  return result;
}

// Compares the elements of two tensors of the same type and shape.
using CompareElements =
    std::function<Comparison(const HostTensor& want, const HostTensor& got)>;

Comparison CompareTensors(const HostTensor& want, const HostTensor& got,
                          const CompareElements& compare) {
  if (want.type() != got.type()) {
    return Different(StrCat("expected type ", graph::DataTypeName(want.type()),
                            ", got ", graph::DataTypeName(got.type())));
  }
  if (want.dims() != got.dims()) {
    return Different(StrCat("expected shape ", ShapeText(want.dims()), ", got ",
                            ShapeText(got.dims())));
  }
  return compare(want, got);
}

// Adds a part's result; the first reason stands.
void Merge(const std::string& where, Comparison part, Comparison* whole) {
  whole->max_abs_error = std::max(whole->max_abs_error, part.max_abs_error);
  whole->max_rel_error = std::max(whole->max_rel_error, part.max_rel_error);
  whole->mismatches += part.mismatches;
  if (part.equal) return;
  if (whole->reason.empty()) whole->reason = StrCat(where, ": ", part.reason);
  whole->equal = false;
}

std::string KeyText(const HostTensor& keys, int64_t i) {
  return keys.has_strings() ? keys.strings()[static_cast<size_t>(i)]
                            : std::to_string(ElementAsBits(keys, i));
}

bool SameOrder(const HostTensor& a, const HostTensor& b) {
  for (int64_t i = 0; i < a.elements(); ++i) {
    if (KeyText(a, i) != KeyText(b, i)) return false;
  }
  return true;
}

// The values in the order of `keys`; an error when a key is not there, or when
// they are not whole bytes.
Result<HostTensor> InOrderOf(const HostTensor& keys, const HostValue& map) {
  std::map<std::string, size_t> index;
  for (int64_t i = 0; i < map.tensor.elements(); ++i) {
    index.emplace(KeyText(map.tensor, i), static_cast<size_t>(i));
  }
  const HostTensor& values = map.elements[0].tensor;
  if (graph::ElementBits(values.type()) < 8) {
    return Status(ONNXIFI_STATUS_UNSUPPORTED_DATATYPE,
                  "packed values come in another order");
  }
  ONNXIFI_ASSIGN_OR_RETURN(HostTensor ordered,
                           HostTensor::Make("", values.type(), values.dims()));
  const auto count = static_cast<size_t>(std::max<int64_t>(1, keys.elements()));
  const size_t width = values.bytes().size() / count;
  for (int64_t i = 0; i < keys.elements(); ++i) {
    const auto found = index.find(KeyText(keys, i));
    if (found == index.end()) {
      return Status(ONNXIFI_STATUS_INVALID_NAME,
                    StrCat("key ", Quote(KeyText(keys, i)), " is missing"));
    }
    const auto to = static_cast<size_t>(i);
    if (values.has_strings()) {
      ordered.strings()[to] = values.strings()[found->second];
    } else {
      std::memcpy(ordered.bytes().data() + to * width,
                  values.bytes().data() + found->second * width, width);
    }
  }
  return ordered;
}

Comparison CompareMaps(const HostValue& want, const HostValue& got,
                       const CompareElements& compare) {
  const auto same = [](const HostTensor&, const HostTensor&) {
    Comparison result;
    result.equal = true;
    return result;
  };
  Comparison keys = CompareTensors(want.tensor, got.tensor, same);
  if (!keys.equal) {
    keys.reason = StrCat("keys: ", keys.reason);
    return keys;
  }
  Comparison result;
  result.equal = true;
  const HostTensor& wanted = want.elements[0].tensor;
  if (SameOrder(want.tensor, got.tensor)) {
    Merge("values", CompareTensors(wanted, got.elements[0].tensor, compare),
          &result);
    return result;
  }
  const Result<HostTensor> values = InOrderOf(want.tensor, got);
  if (!values.ok()) return Different(values.status().message());
  Merge("values", CompareTensors(wanted, values.value(), compare), &result);
  return result;
}

Comparison CompareValues(const HostValue& want, const HostValue& got,
                         const CompareElements& compare) {
  if (want.kind != got.kind) {
    return Different(StrCat("expected a ", KindName(want.kind), ", got a ",
                            KindName(got.kind)));
  }
  if (want.is_tensor()) {
    return CompareTensors(want.tensor, got.tensor, compare);
  }
  if (want.kind == HostValue::Kind::kMap) {
    return CompareMaps(want, got, compare);
  }
  if (want.elements.size() != got.elements.size()) {
    return Different(
        StrCat("expected ", TypeText(want), ", got ", TypeText(got)));
  }
  Comparison result;
  result.equal = true;
  for (size_t i = 0; i < want.elements.size(); ++i) {
    Merge(StrCat("element ", i),
          CompareValues(want.elements[i], got.elements[i], compare), &result);
  }
  return result;
}

Comparison Named(const std::string& name, Comparison result) {
  if (!result.equal) {
    result.reason = StrCat("output '", EscapeText(name), "': ", result.reason);
  }
  return result;
}

CompareElements WithTolerance(const Tolerance& tolerance) {
  return [tolerance](const HostTensor& want, const HostTensor& got) {
    if (want.has_strings()) return CompareStrings(want, got);
    return IsInteger(want.type()) ? CompareIntegers(want, got)
                                  : CompareFloats(want, got, tolerance);
  };
}

Comparison CheckRange(const HostTensor& got, const ValueRange& range) {
  if (got.has_strings()) return Different("strings have no range");
  Comparison result;
  const int64_t parts = got.elements() * (IsComplex(got.type()) ? 2 : 1);
  for (int64_t i = 0; i < parts; ++i) {
    const double value = ElementAsDouble(got, i);
    if (value >= range.low && value <= range.high) continue;
    if (result.mismatches++ > 0) continue;
    result.reason =
        StrCat("element ", i, " is ", NumberText(value), ", outside ",
               NumberText(range.low), " to ", NumberText(range.high));
  }
  result.equal = result.mismatches == 0;
  return result;
}

}  // namespace

Comparison Compare(const HostValue& want, const HostValue& got,
                   const Tolerance& tolerance) {
  return Named(want.name(), CompareValues(want, got, WithTolerance(tolerance)));
}

Comparison Compare(const HostTensor& want, const HostTensor& got,
                   const Tolerance& tolerance) {
  return Named(want.name(),
               CompareTensors(want, got, WithTolerance(tolerance)));
}

Comparison CompareRange(const HostValue& want, const HostValue& got,
                        const ValueRange& range) {
  return Named(want.name(),
               CompareValues(want, got,
                             [&](const HostTensor&, const HostTensor& tensor) {
                               return CheckRange(tensor, range);
                             }));
}

}  // namespace onnxifi::client
