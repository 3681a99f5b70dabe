#include "loader/json_value.h"

#include <charconv>
#include <cmath>
#include <utility>

namespace onnxifi::loader {

namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Recursive descent over one text; the depth limit bounds the recursion.
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  std::optional<JsonValue> Run(std::string* error) {
    JsonValue value;
    if (!ReadValue(&value, 0) || !AtEnd()) {
      *error = error_ + " at byte " + std::to_string(at_);
      return std::nullopt;
    }
    return value;
  }

 private:
  bool Fail(const char* what) {
    if (error_.empty()) error_ = what;
    return false;
  }

  bool AtEnd() {
    SkipSpace();
    return at_ == text_.size() || Fail("text after the document");
  }

  void SkipSpace() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' ||
                                  text_[at_] == '\n' || text_[at_] == '\r')) {
      ++at_;
    }
  }

  bool Take(char c) {
    SkipSpace();
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  bool TakeWord(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) return Fail("unknown word");
    at_ += word.size();
    return true;
  }

  bool ReadValue(JsonValue* out, int depth) {
    if (depth >= kMaxJsonDepth) return Fail("nested too deep");
    SkipSpace();
    if (at_ == text_.size()) return Fail("text ends early");
    switch (text_[at_]) {
      case '{':
        return ReadObject(out, depth);
      case '[':
        return ReadArray(out, depth);
      case '"':
        out->kind = JsonValue::Kind::kString;
        return ReadString(&out->string);
      case 't':
      case 'f':
        out->kind = JsonValue::Kind::kBool;
        out->boolean = text_[at_] == 't';
        return TakeWord(out->boolean ? "true" : "false");
      case 'n':
        return TakeWord("null");
      default:
        return ReadNumber(out);
    }
  }

  bool ReadObject(JsonValue* out, int depth) {
    out->kind = JsonValue::Kind::kObject;
    ++at_;
    if (Take('}')) return true;
    do {
      SkipSpace();
      std::string name;
      if (!ReadString(&name)) return false;
      if (out->Find(name) != nullptr) return Fail("repeated member");
      if (!Take(':')) return Fail("':' expected");
      JsonValue value;
      if (!ReadValue(&value, depth + 1)) return false;
      out->names.push_back(std::move(name));
      out->items.push_back(std::move(value));
    } while (Take(','));
    return Take('}') || Fail("',' or '}' expected");
  }

  bool ReadArray(JsonValue* out, int depth) {
    out->kind = JsonValue::Kind::kArray;
    ++at_;
    if (Take(']')) return true;
    do {
      JsonValue value;
      if (!ReadValue(&value, depth + 1)) return false;
      out->items.push_back(std::move(value));
    } while (Take(','));
    return Take(']') || Fail("',' or ']' expected");
  }

  bool ReadNumber(JsonValue* out) {
    out->kind = JsonValue::Kind::kNumber;
    const char* begin = text_.data() + at_;
    const char* end = text_.data() + text_.size();
    const char* digits = begin + (*begin == '-' ? 1 : 0);
    if (digits == end || !IsDigit(*digits)) return Fail("value expected");
    if (*digits == '0' && digits + 1 != end && IsDigit(digits[1])) {
      return Fail("number starts with 0");
    }
    const auto result = std::from_chars(begin, end, out->number);
    if (result.ec != std::errc() || !std::isfinite(out->number) ||
        !IsDigit(result.ptr[-1])) {
      return Fail("bad number");
    }
    at_ += static_cast<size_t>(result.ptr - begin);
    return true;
  }

  bool ReadString(std::string* out) {
    if (at_ == text_.size() || text_[at_] != '"') return Fail("'\"' expected");
    ++at_;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"') {
        ++at_;
        return true;
      }
      if (static_cast<unsigned char>(c) < 0x20) {
        return Fail("control character in a string");
      }
      if (c == '\\') {
        if (!ReadEscape(out)) return false;
        continue;
      }
      const size_t length = Utf8SequenceLength(text_.substr(at_));
      if (length == 0) return Fail("not UTF-8");
      out->append(text_.substr(at_, length));
      at_ += length;
    }
    return Fail("string without an end");
  }

  bool ReadEscape(std::string* out) {
    static constexpr std::string_view kFrom = "\"\\/bfnrt";
    static constexpr std::string_view kTo = "\"\\/\b\f\n\r\t";
    ++at_;
    if (at_ == text_.size()) return Fail("text ends early");
    const char c = text_[at_++];
    if (c == 'u') return ReadUnicodeEscape(out);
    const size_t which = kFrom.find(c);
    if (which == std::string_view::npos) return Fail("unknown escape");
    out->push_back(kTo[which]);
    return true;
  }

  bool ReadHex4(unsigned* unit) {
    if (text_.size() - at_ < 4) return Fail("text ends early");
    const char* begin = text_.data() + at_;
    const auto result = std::from_chars(begin, begin + 4, *unit, 16);
    if (result.ptr != begin + 4 || *begin == '-') return Fail("bad \\u escape");
    at_ += 4;
    return true;
  }

  bool ReadUnicodeEscape(std::string* out) {
    unsigned code = 0;
    if (!ReadHex4(&code)) return false;
    if (code == 0) return Fail("NUL in a string");
    if (code >= 0xD800 && code < 0xE000) {
      unsigned low = 0;
      if (code >= 0xDC00 || text_.substr(at_, 2) != "\\u") {
        return Fail("lone surrogate");
      }
      at_ += 2;
      if (!ReadHex4(&low)) return false;
      if (low < 0xDC00 || low >= 0xE000) return Fail("lone surrogate");
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    }
    AppendUtf8(code, out);
    return true;
  }

  static void AppendUtf8(unsigned code, std::string* out) {
    const auto tail = [&](int shift) {
      out->push_back(static_cast<char>(0x80 | ((code >> shift) & 0x3F)));
    };
    if (code < 0x80) {
      out->push_back(static_cast<char>(code));
    } else if (code < 0x800) {
      out->push_back(static_cast<char>(0xC0 | (code >> 6)));
      tail(0);
    } else if (code < 0x10000) {
      out->push_back(static_cast<char>(0xE0 | (code >> 12)));
      tail(6);
      tail(0);
    } else {
      out->push_back(static_cast<char>(0xF0 | (code >> 18)));
      tail(12);
      tail(6);
      tail(0);
    }
  }

  std::string_view text_;
  size_t at_ = 0;
  std::string error_;
};

}  // namespace

const JsonValue* JsonValue::Find(std::string_view name) const {
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) return &items[i];
  }
  return nullptr;
}

std::optional<JsonValue> ParseJson(std::string_view text, std::string* error) {
  if (text.size() > kMaxJsonBytes) {
    *error = "more than 64 KiB";
    return std::nullopt;
  }
  return Parser(text).Run(error);
}

size_t Utf8SequenceLength(std::string_view text) {
  if (text.empty()) return 0;
  const auto byte = [&](size_t i) {
    return static_cast<unsigned char>(text[i]);
  };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  const size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  // Overlong forms, surrogates and values above U+10FFFF.
  const unsigned second = byte(1);
  if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) ||
      (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F)) {
    return 0;
  }
  return length;
}

std::string QuoteJson(std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out = "\"";
  for (size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    const size_t length = Utf8SequenceLength(text.substr(i));
    if (c == '"' || c == '\\') {
      out += {'\\', static_cast<char>(c)};
    } else if (c == '\n') {
      out += "\\n";
    } else if (c < 0x20) {
      out += {'\\', 'u', '0', '0', kHex[c >> 4], kHex[c & 15]};
    } else if (length == 0) {
      out += "\xEF\xBF\xBD";
    } else {
      out += text.substr(i, length);
    }
    i += length == 0 ? 1 : length;
  }
  return out + '"';
}

}  // namespace onnxifi::loader
