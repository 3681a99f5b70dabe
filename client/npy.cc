#include "client/npy.h"

#include <charconv>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "base/str_cat.h"

namespace onnxifi::client {
namespace {

using graph::DataType;

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr size_t kPreamble = 10;  // magic, version, 16-bit header size
constexpr size_t kHeaderAlignment = 64;
constexpr size_t kMaxHeader = 64 * 1024;

struct TypeRow {
  DataType type;
  std::string_view code;
};
constexpr TypeRow kTypes[] = {
    {DataType::kFloat, "<f4"},     {DataType::kDouble, "<f8"},
    {DataType::kFloat16, "<f2"},   {DataType::kUint8, "|u1"},
    {DataType::kInt8, "|i1"},      {DataType::kUint16, "<u2"},
    {DataType::kInt16, "<i2"},     {DataType::kUint32, "<u4"},
    {DataType::kInt32, "<i4"},     {DataType::kUint64, "<u8"},
    {DataType::kInt64, "<i8"},     {DataType::kBool, "|b1"},
    {DataType::kComplex64, "<c8"}, {DataType::kComplex128, "<c16"},
};

Status Bad(const std::string& why) {
  return Status(ONNXIFI_STATUS_INVALID_PROTOBUF,
                StrCat("npy: ", why, ": write it with numpy.save"));
}

void SkipSpace(std::string_view* text) {
  const size_t at = text->find_first_not_of(" \t\n\r");
  text->remove_prefix(at == std::string_view::npos ? text->size() : at);
}

bool Take(std::string_view* text, char c) {
  SkipSpace(text);
  if (text->empty() || text->front() != c) return false;
  text->remove_prefix(1);
  return true;
}

bool TakeQuoted(std::string_view* text, std::string_view* value) {
  SkipSpace(text);
  if (text->empty()) return false;
  const char quote = text->front();
  if (quote != '\'' && quote != '"') return false;
  const size_t end = text->find(quote, 1);
  if (end == std::string_view::npos) return false;
  *value = text->substr(1, end - 1);
  text->remove_prefix(end + 1);
  return true;
}

bool TakeWord(std::string_view* text, std::string_view word) {
  SkipSpace(text);
  if (!text->starts_with(word)) return false;
  text->remove_prefix(word.size());
  return true;
}

bool TakeShape(std::string_view* text, graph::Shape* dims) {
  if (!Take(text, '(')) return false;
  while (!Take(text, ')')) {
    int64_t dim = 0;
    SkipSpace(text);
    const auto [end, error] =
        std::from_chars(text->data(), text->data() + text->size(), dim);
    if (error != std::errc() || dim < 0) return false;
    if (dims->size() == graph::kMaxRank) return false;
    dims->push_back(dim);
    text->remove_prefix(static_cast<size_t>(end - text->data()));
    if (!Take(text, ',') && (text->empty() || text->front() != ')')) {
      return false;
    }
  }
  return true;
}

struct Header {
  std::string_view code;
  graph::Shape dims;
  bool fortran = false;
  int keys = 0;
};

// The header is a Python dictionary literal with three fixed keys.
bool ParseHeader(std::string_view text, Header* header) {
  if (!Take(&text, '{')) return false;
  while (!Take(&text, '}')) {
    std::string_view key;
    if (!TakeQuoted(&text, &key) || !Take(&text, ':')) return false;
    bool good = false;
    if (key == "descr") {
      good = TakeQuoted(&text, &header->code);
    } else if (key == "fortran_order") {
      header->fortran = TakeWord(&text, "True");
      good = header->fortran || TakeWord(&text, "False");
    } else if (key == "shape") {
      header->dims.clear();
      good = TakeShape(&text, &header->dims);
    }
    if (!good) return false;
    ++header->keys;
    if (!Take(&text, ',') && (text.empty() || text.front() != '}')) {
      return false;
    }
  }
  return header->keys == 3;
}

DataType TypeOf(std::string_view code) {
  for (const TypeRow& row : kTypes) {
    const bool one_byte = row.code[0] == '|' && code.size() == 3 &&
                          code.substr(1) == row.code.substr(1);
    if (row.code == code || one_byte) return row.type;
  }
  return DataType::kUndefined;
}

std::string_view CodeOf(DataType type) {
  for (const TypeRow& row : kTypes) {
    if (row.type == type) return row.code;
  }
  return type == DataType::kBfloat16 ? "<u2" : "|u1";
}

// Size of the header text and where it starts, or zero.
Result<std::string_view> HeaderText(std::span<const std::byte> file,
                                    size_t* data_at) {
  const auto byte = [&](size_t i) { return static_cast<size_t>(file[i]); };
  if (file.size() < kPreamble ||
      std::memcmp(file.data(), kMagic.data(), kMagic.size()) != 0) {
    return Bad("not a .npy file");
  }
  const size_t version = byte(6);
  size_t at = kPreamble;
  size_t size = byte(8) | byte(9) << 8;
  if (version == 2 || version == 3) {
    at += 2;
    if (file.size() < at) return Bad("cut off");
    size |= byte(10) << 16 | byte(11) << 24;
  } else if (version != 1) {
    return Bad(StrCat("format version ", version, " is not known"));
  }
  if (size > kMaxHeader) return Bad("its header is too long");
  if (size > file.size() - at) return Bad("cut off");
  *data_at = at + size;
  return std::string_view(reinterpret_cast<const char*>(file.data()) + at,
                          size);
}

}  // namespace

Result<HostTensor> ReadNpy(std::span<const std::byte> file) {
  size_t data_at = 0;
  ONNXIFI_ASSIGN_OR_RETURN(const std::string_view text,
                           HeaderText(file, &data_at));
  Header header;
  if (!ParseHeader(text, &header)) return Bad("its header is malformed");
  const DataType type = TypeOf(header.code);
  if (type == DataType::kUndefined) {
    return Bad("its element type is no little-endian number or boolean");
  }
  if (header.fortran && header.dims.size() > 1) {
    return Bad("it is in Fortran order");
  }
  ONNXIFI_ASSIGN_OR_RETURN(const size_t size,
                           graph::ByteSize(type, header.dims));
  if (size != file.size() - data_at) {
    return Bad(StrCat("its shape needs ", size, " bytes, it holds ",
                      file.size() - data_at));
  }
  ONNXIFI_ASSIGN_OR_RETURN(HostTensor tensor,
                           HostTensor::Make("", type, std::move(header.dims)));
  if (size != 0) std::memcpy(tensor.bytes().data(), &file[data_at], size);
  return tensor;
}

std::vector<std::byte> WriteNpy(const HostTensor& tensor) {
  std::string shape;
  for (const int64_t dim : tensor.dims()) shape += StrCat(dim, ",");
  std::string header =
      StrCat("{'descr': '", CodeOf(tensor.type()),
             "', 'fortran_order': False, 'shape': (", shape, "), }");
  const size_t used = kPreamble + header.size() + 1;
  header.append((kHeaderAlignment - used % kHeaderAlignment) % kHeaderAlignment,
                ' ');
  header += '\n';
  std::string start(kMagic);
  start += '\x01';
  start += '\0';
  start += static_cast<char>(header.size() & 0xFF);
  start += static_cast<char>(header.size() >> 8);
  start += header;
  const auto* first = reinterpret_cast<const std::byte*>(start.data());
  std::vector<std::byte> out(first, first + start.size());
  if (graph::ElementBits(tensor.type()) >= 8) {
    out.insert(out.end(), tensor.bytes().begin(), tensor.bytes().end());
    return out;
  }
  for (int64_t i = 0; i < tensor.elements(); ++i) {
    const double value = ElementAsDouble(tensor, i);
    out.push_back(static_cast<std::byte>(static_cast<int8_t>(value)));
  }
  return out;
}

}  // namespace onnxifi::client
