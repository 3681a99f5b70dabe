#include "graph/wire_reader.h"

#include <bit>
#include <cstring>

#include "base/str_cat.h"

namespace onnxifi::graph {
namespace {

static_assert(std::endian::native == std::endian::little,
              "tensor data is used in place, in the file's byte order");

// Of a length that is written before it is known.
constexpr size_t kLengthBytes = 5;

constexpr uint64_t kMaxFieldNumber = (uint64_t{1} << 29) - 1;

Status Malformed(const std::string& what) {
  return Status(ONNXIFI_STATUS_INVALID_PROTOBUF,
                StrCat("malformed protobuf: ", what));
}

}  // namespace

bool WireReader::Take(size_t count, Bytes* taken) {
  if (count > rest_.size()) return false;
  *taken = rest_.first(count);
  rest_ = rest_.subspan(count);
  return true;
}

bool WireReader::Varint(uint64_t* value) {
  uint64_t result = 0;
  for (size_t i = 0; i < 10 && i < rest_.size(); ++i) {
    const auto byte = static_cast<uint64_t>(rest_[i]);
    if (i == 9 && byte > 1) return false;  // more than 64 bits
    result |= (byte & 0x7f) << (7 * i);
    if ((byte & 0x80) == 0) {
      rest_ = rest_.subspan(i + 1);
      *value = result;
      return true;
    }
  }
  return false;
}

Status WireReader::Next(WireField* field) {
  const std::byte* const begin = rest_.data();
  uint64_t tag = 0;
  if (!Varint(&tag)) return Malformed("a field tag is cut off or too long");
  const uint64_t number = tag >> 3;
  if (number == 0 || number > kMaxFieldNumber) {
    return Malformed(StrCat("field number ", number, " is out of range"));
  }
  field->number = static_cast<uint32_t>(number);
  field->type = static_cast<WireType>(tag & 7);
  field->value = 0;
  field->bytes = {};
  switch (field->type) {
    case WireType::kVarint:
      if (!Varint(&field->value)) {
        return Malformed(
            StrCat("the number in field ", number, " is cut off or too long"));
      }
      break;
    case WireType::kFixed64:
    case WireType::kFixed32: {
      Bytes raw;
      if (!Take(field->type == WireType::kFixed64 ? 8 : 4, &raw)) {
        return Malformed(StrCat("field ", number, " is cut off"));
      }
      std::memcpy(&field->value, raw.data(), raw.size());
      break;
    }
    case WireType::kBytes: {
      uint64_t length = 0;
      if (!Varint(&length) || length > rest_.size() ||
          !Take(static_cast<size_t>(length), &field->bytes)) {
        return Malformed(StrCat("field ", number, " declares more bytes (",
                                length, ") than there are (", rest_.size(),
                                ")"));
      }
      break;
    }
    default:
      return Malformed(StrCat("field ", number, " has wire type ", tag & 7,
                              ", which ONNX does not use"));
  }
  field->whole = Bytes(begin, rest_.data());
  return Status::Ok();
}

void AppendVarint(std::string& out, uint64_t value) {
  while (value >= 0x80) {
    out += static_cast<char>((value & 0x7f) | 0x80);
    value >>= 7;
  }
  out += static_cast<char>(value);
}

void AppendVarintField(std::string& out, uint32_t number, uint64_t value) {
  AppendVarint(out, uint64_t{number} << 3);
  AppendVarint(out, value);
}

void AppendBytesField(std::string& out, uint32_t number,
                      std::string_view bytes) {
  AppendVarint(out, (uint64_t{number} << 3) | 2);
  AppendVarint(out, bytes.size());
  out += bytes;
}

size_t BeginBytesField(std::string& out, uint32_t number) {
  AppendVarint(out, (uint64_t{number} << 3) | 2);
  out.append(kLengthBytes, '\0');
  return out.size();
}

void EndBytesField(std::string& out, size_t begin) {
  uint64_t length = out.size() - begin;
  for (size_t i = kLengthBytes; i > 0; --i, length >>= 7) {
    const uint64_t more = i > 1 ? 0x80 : 0;
    out[begin - i] = static_cast<char>((length & 0x7f) | more);
  }
}

}  // namespace onnxifi::graph
