#ifndef ONNXIFI_LOADER_JSON_VALUE_H_
#define ONNXIFI_LOADER_JSON_VALUE_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace onnxifi::loader {

// A JSON document as a tree. The reader is strict and bounded, because the
// text may be hostile: at most kMaxJsonBytes and kMaxJsonDepth, valid UTF-8
// without a byte order mark, no repeated member. Thread-compatible.
struct JsonValue {
  enum class Kind { kNull, kBool, kNumber, kString, kArray, kObject };

  // The member of an object, or nullptr.
  const JsonValue* Find(std::string_view name) const;

  Kind kind = Kind::kNull;
  bool boolean = false;
  double number = 0;
  std::string string;
  // Of an array, or the values of an object's members.
  std::vector<JsonValue> items;
  // Of an object's members, one for each item.
  std::vector<std::string> names;
};

inline constexpr size_t kMaxJsonBytes = 64 * 1024;
inline constexpr int kMaxJsonDepth = 32;

// The document, or nullopt with a sentence in *error.
std::optional<JsonValue> ParseJson(std::string_view text, std::string* error);

// The length of the well-formed UTF-8 sequence at the front of `text`, or 0.
size_t Utf8SequenceLength(std::string_view text);

// `text` as a quoted JSON string; malformed UTF-8 becomes U+FFFD.
std::string QuoteJson(std::string_view text);

}  // namespace onnxifi::loader

#endif  // ONNXIFI_LOADER_JSON_VALUE_H_
