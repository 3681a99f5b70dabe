#include "tests/sim/field_reader.h"

#include <charconv>
#include <cmath>
#include <utility>

#include "base/str_cat.h"

namespace onnxifi::sim {

using loader::JsonValue;

namespace {

const char* KindName(JsonValue::Kind kind) {
  switch (kind) {
    case JsonValue::Kind::kNull:
      return "null";
    case JsonValue::Kind::kBool:
      return "true or false";
    case JsonValue::Kind::kNumber:
      return "a number";
    case JsonValue::Kind::kString:
      return "a string";
    case JsonValue::Kind::kArray:
      return "an array";
    case JsonValue::Kind::kObject:
      return "an object";
  }
  return "unknown";
}

std::string NumberText(double number) {
  char text[32];  // the shortest form has at most 24 characters
  return {text, std::to_chars(text, text + sizeof(text), number).ptr};
}

Status WrongKind(const JsonValue& value, const std::string& place,
                 std::string_view wanted) {
  return BadField(place,
                  StrCat("must be ", wanted, ", not ", KindName(value.kind)));
}

}  // namespace

Status BadField(const std::string& place, const std::string& what) {
  return Status(ONNXIFI_STATUS_INVALID_PROPERTY,
                place.empty() ? what : StrCat(place, ": ", what));
}

Status ReadWhole(const JsonValue& value, const std::string& place, uint64_t min,
                 uint64_t max, uint64_t* out) {
  const std::string wanted = StrCat("a whole number from ", min, " to ", max);
  if (value.kind != JsonValue::Kind::kNumber) {
    return WrongKind(value, place, wanted);
  }
  const double number = value.number;
  if (!(number >= static_cast<double>(min) &&
        number <= static_cast<double>(max)) ||
      number != std::floor(number)) {
    return BadField(place,
                    StrCat("must be ", wanted, ", not ", NumberText(number)));
  }
  *out = static_cast<uint64_t>(number);
  return Status::Ok();
}

Status ReadReal(const JsonValue& value, const std::string& place, double min,
                double max, double* out) {
  const std::string wanted =
      StrCat("a number from ", NumberText(min), " to ", NumberText(max));
  if (value.kind != JsonValue::Kind::kNumber) {
    return WrongKind(value, place, wanted);
  }
  if (!(value.number >= min && value.number <= max)) {
    return BadField(
        place, StrCat("must be ", wanted, ", not ", NumberText(value.number)));
  }
  *out = value.number;
  return Status::Ok();
}

Status ReadText(const JsonValue& value, const std::string& place,
                std::string* out) {
  if (value.kind != JsonValue::Kind::kString) {
    return WrongKind(value, place, "a string");
  }
  if (value.string.empty()) return BadField(place, "must not be empty");
  *out = value.string;
  return Status::Ok();
}

Status ReadTexts(const JsonValue& value, const std::string& place,
                 std::set<std::string>* out) {
  if (value.kind != JsonValue::Kind::kArray) {
    return WrongKind(value, place, "an array of strings");
  }
  for (size_t i = 0; i < value.items.size(); ++i) {
    const std::string at = StrCat(place, "[", i, "]");
    std::string text;
    ONNXIFI_RETURN_IF_ERROR(ReadText(value.items[i], at, &text));
    if (!out->insert(text).second) {
      return BadField(at, StrCat("'", text, "' stands twice"));
    }
  }
  return Status::Ok();
}

FieldReader::FieldReader(const JsonValue& object, std::string place)
    : object_(object), place_(std::move(place)) {
  if (object.kind != JsonValue::Kind::kObject) {
    Keep(WrongKind(object, place_.empty() ? "document" : place_, "an object"));
  }
}

const JsonValue* FieldReader::Find(std::string_view name) {
  known_.emplace(name);
  return ok() ? object_.Find(name) : nullptr;
}

std::string FieldReader::PlaceOf(std::string_view name) const {
  return place_.empty() ? std::string(name) : StrCat(place_, ".", name);
}

const JsonValue* FieldReader::Typed(std::string_view name, JsonValue::Kind kind,
                                    const char* wanted) {
  const JsonValue* value = Find(name);
  if (value == nullptr || value->kind == kind) return value;
  Keep(WrongKind(*value, PlaceOf(name), wanted));
  return nullptr;
}

void FieldReader::Whole(std::string_view name, uint64_t min, uint64_t max,
                        uint64_t* out) {
  const JsonValue* value = Find(name);
  if (value == nullptr) return;
  Keep(ReadWhole(*value, PlaceOf(name), min, max, out));
}

void FieldReader::Whole(std::string_view name, uint64_t min, uint64_t max,
                        std::optional<uint64_t>* out) {
  uint64_t number = 0;
  Whole(name, min, max, &number);
  if (ok() && Has(name)) *out = number;
}

void FieldReader::Real(std::string_view name, double min, double max,
                       double* out) {
  const JsonValue* value = Find(name);
  if (value == nullptr) return;
  Keep(ReadReal(*value, PlaceOf(name), min, max, out));
}

void FieldReader::Flag(std::string_view name, bool* out) {
  const JsonValue* value =
      Typed(name, JsonValue::Kind::kBool, KindName(JsonValue::Kind::kBool));
  if (value != nullptr) *out = value->boolean;
}

void FieldReader::Text(std::string_view name, std::string* out) {
  const JsonValue* value = Find(name);
  if (value != nullptr) Keep(ReadText(*value, PlaceOf(name), out));
}

void FieldReader::Texts(std::string_view name, std::set<std::string>* out) {
  const JsonValue* value = Find(name);
  if (value != nullptr) Keep(ReadTexts(*value, PlaceOf(name), out));
}

void FieldReader::Require(std::string_view name) {
  if (!Has(name)) Keep(BadField(PlaceOf(name), "is missing"));
}

Status FieldReader::Finish() {
  for (const std::string& name : object_.names) {
    if (!known_.contains(name)) {
      Keep(BadField(PlaceOf(name), "unknown key; README.md lists all"));
    }
  }
  return status_;
}

}  // namespace onnxifi::sim
