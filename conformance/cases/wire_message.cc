#include "conformance/cases/wire_message.h"

#include <algorithm>
#include <span>

namespace onnxifi::conformance {
namespace {

using graph::WireType;

void AppendFixed(std::string* out, uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) {
    out->push_back(static_cast<char>(value >> (8 * i)));
  }
}

}  // namespace

Result<WireMessage> WireMessage::Parse(std::string_view bytes) {
  WireMessage message;
  graph::WireReader reader(std::as_bytes(std::span(bytes)));
  while (!reader.done()) {
    graph::WireField field;
    ONNXIFI_RETURN_IF_ERROR(reader.Next(&field));
    message.fields.push_back({field.number, field.type, field.value,
                              std::string(graph::Text(field.bytes))});
  }
  return message;
}

std::string WireMessage::Serialize() const {
  std::string out;
  for (const Field& field : fields) {
    graph::AppendVarint(
        out, uint64_t{field.number} << 3 | static_cast<uint64_t>(field.type));
    switch (field.type) {
      case WireType::kVarint:
        graph::AppendVarint(out, field.value);
        break;
      case WireType::kFixed64:
        AppendFixed(&out, field.value, 8);
        break;
      case WireType::kFixed32:
        AppendFixed(&out, field.value, 4);
        break;
      case WireType::kBytes:
        graph::AppendVarint(out, field.bytes.size());
        out += field.bytes;
        break;
    }
  }
  return out;
}

const WireMessage::Field* WireMessage::Find(uint32_t number) const {
  const auto found =
      std::find_if(fields.rbegin(), fields.rend(),
                   [&](const Field& field) { return field.number == number; });
  return found == fields.rend() ? nullptr : &*found;
}

std::string_view WireMessage::Text(uint32_t number) const {
  const Field* field = Find(number);
  return field == nullptr ? std::string_view() : field->bytes;
}

uint64_t WireMessage::Number(uint32_t number) const {
  const Field* field = Find(number);
  return field == nullptr ? 0 : field->value;
}

void WireMessage::SetText(uint32_t number, std::string_view text) {
  const std::string copy(text);
  Remove(number);
  Add(number, copy);
}

void WireMessage::SetNumber(uint32_t number, uint64_t value) {
  Remove(number);
  fields.push_back({number, WireType::kVarint, value, ""});
}

void WireMessage::Add(uint32_t number, std::string_view text) {
  fields.push_back({number, WireType::kBytes, 0, std::string(text)});
}

void WireMessage::Remove(uint32_t number) {
  std::erase_if(fields,
                [&](const Field& field) { return field.number == number; });
}

}  // namespace onnxifi::conformance
