#ifndef ONNXIFI_TESTS_SIM_FIELD_READER_H_
#define ONNXIFI_TESTS_SIM_FIELD_READER_H_

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "loader/json_value.h"

namespace onnxifi::sim {

// Whole numbers above are not exact in JSON's doubles.
inline constexpr uint64_t kMaxWhole = uint64_t{1} << 53;

// "devices[2]: <what>", with the code of every error of a machine's file.
Status BadField(const std::string& place, const std::string& what);

// The values behind the functions below, for elements of arrays and values of
// objects whose names are data.
Status ReadWhole(const loader::JsonValue& value, const std::string& place,
                 uint64_t min, uint64_t max, uint64_t* out);
Status ReadReal(const loader::JsonValue& value, const std::string& place,
                double min, double max, double* out);
// Not empty.
Status ReadText(const loader::JsonValue& value, const std::string& place,
                std::string* out);
// An array of texts, each once.
Status ReadTexts(const loader::JsonValue& value, const std::string& place,
                 std::set<std::string>* out);

// Takes the members of one object. Members that are absent leave *out alone.
// The first error is kept and ends all later work. Thread-compatible.
class FieldReader {
 public:
  // `place` is the object's, for errors; "" for the document.
  FieldReader(const loader::JsonValue& object, std::string place);

  // The member, or nullptr; from now on it is a known one.
  const loader::JsonValue* Find(std::string_view name);
  std::string PlaceOf(std::string_view name) const;
  bool Has(std::string_view name) { return Find(name) != nullptr; }

  void Whole(std::string_view name, uint64_t min, uint64_t max, uint64_t* out);
  void Whole(std::string_view name, uint64_t min, uint64_t max,
             std::optional<uint64_t>* out);
  void Real(std::string_view name, double min, double max, double* out);
  void Flag(std::string_view name, bool* out);
  void Text(std::string_view name, std::string* out);
  void Texts(std::string_view name, std::set<std::string>* out);
  void Require(std::string_view name);

  // Calls `read(value, place)` for an element of an array or a member of an
  // object; stops at the first error.
  template <typename Read>
  void Each(std::string_view name, const Read& read);
  template <typename Read>
  void EachMember(std::string_view name, const Read& read);

  void Keep(const Status& status) {
    if (status_.ok()) status_ = status;
  }
  bool ok() const { return status_.ok(); }
  // The first error; or that of a member that nobody asked for.
  Status Finish();

 private:
  const loader::JsonValue* Typed(std::string_view name,
                                 loader::JsonValue::Kind kind,
                                 const char* wanted);

  const loader::JsonValue& object_;
  const std::string place_;
  std::set<std::string, std::less<>> known_;
  Status status_;
};

template <typename Read>
void FieldReader::Each(std::string_view name, const Read& read) {
  const loader::JsonValue* array =
      Typed(name, loader::JsonValue::Kind::kArray, "an array");
  if (array == nullptr) return;
  for (size_t i = 0; i < array->items.size() && ok(); ++i) {
    Keep(read(array->items[i], PlaceOf(name) + "[" + std::to_string(i) + "]"));
  }
}

template <typename Read>
void FieldReader::EachMember(std::string_view name, const Read& read) {
  const loader::JsonValue* object =
      Typed(name, loader::JsonValue::Kind::kObject, "an object");
  if (object == nullptr) return;
  for (size_t i = 0; i < object->items.size() && ok(); ++i) {
    Keep(read(object->names[i], object->items[i],
              PlaceOf(name) + "." + object->names[i]));
  }
}

}  // namespace onnxifi::sim

#endif  // ONNXIFI_TESTS_SIM_FIELD_READER_H_
