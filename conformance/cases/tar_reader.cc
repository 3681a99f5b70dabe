#include "conformance/cases/tar_reader.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/checked.h"
#include "base/str_cat.h"
#include "client/text.h"

namespace onnxifi::conformance {
namespace {

constexpr size_t kBlock = 512;
constexpr size_t kMaxFiles = 1000 * 1000;

// Where a member of a header lies.
struct Member {
  size_t offset;
  size_t size;
};
constexpr Member kName = {0, 100};
constexpr Member kSize = {124, 12};
constexpr Member kChecksum = {148, 8};
constexpr size_t kType = 156;
constexpr Member kMagic = {257, 8};
constexpr Member kPrefix = {345, 155};
constexpr std::string_view kUstar(
    "ustar\0"
    "00",
    8);

using Bytes = std::span<const std::byte>;

std::string_view Raw(Bytes block, const Member& member) {
  return {reinterpret_cast<const char*>(block.data()) + member.offset,
          member.size};
}

bool AllZero(Bytes bytes) {
  return std::all_of(bytes.begin(), bytes.end(),
                     [](std::byte b) { return b == std::byte{0}; });
}

Status Bad(size_t offset, const std::string& what) {
  return Status(ONNXIFI_STATUS_INVALID_PROTOBUF,
                StrCat("archive, byte ", offset, ": ", what,
                       ": write it again with write_case_archive.py"));
}

// Octal digits, then at least one NUL or space up to the end.
bool ReadOctal(std::string_view field, uint64_t* value) {
  *value = 0;
  size_t digits = 0;
  while (digits < field.size() && field[digits] >= '0' &&
         field[digits] <= '7') {
    *value = *value * 8 + static_cast<uint64_t>(field[digits] - '0');
    ++digits;
  }
  if (digits == 0 || digits == field.size()) return false;
  const std::string_view rest = field.substr(digits);
  return std::all_of(rest.begin(), rest.end(),
                     [](char c) { return c == '\0' || c == ' '; });
}

// A text that NULs fill up; false when something comes behind one.
bool ReadText(std::string_view field, std::string* text) {
  const size_t end = std::min(field.find('\0'), field.size());
  *text = field.substr(0, end);
  const std::string_view rest = field.substr(end);
  return std::all_of(rest.begin(), rest.end(),
                     [](char c) { return c == '\0'; });
}

uint64_t Sum(Bytes header) {
  uint64_t sum = 0;
  for (size_t i = 0; i < header.size(); ++i) {
    const bool own =
        i >= kChecksum.offset && i < kChecksum.offset + kChecksum.size;
    sum += own ? ' ' : static_cast<uint64_t>(header[i]);
  }
  return sum;
}

bool IsGoodName(const std::string& name) {
  if (name.empty() || name.front() == '/' || name.back() == '/') return false;
  for (const char c : name) {
    const bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                      (c >= '0' && c <= '9') || c == '_' || c == '-' ||
                      c == '.' || c == '/';
    if (!good) return false;
  }
  return name.find("..") == std::string::npos &&
         name.find("//") == std::string::npos;
}

Status ReadHeader(Bytes header, size_t offset, TarFile* file, uint64_t* size) {
  uint64_t checksum = 0;
  if (!ReadOctal(Raw(header, kChecksum), &checksum) ||
      checksum != Sum(header)) {
    return Bad(offset, "the checksum of the header is wrong");
  }
  if (Raw(header, kMagic) != kUstar) return Bad(offset, "no ustar header");
  if (header[kType] != std::byte{'0'}) {
    return Bad(offset, "something that is no plain file");
  }
  std::string prefix;
  if (!ReadText(Raw(header, kName), &file->name) ||
      !ReadText(Raw(header, kPrefix), &prefix)) {
    return Bad(offset, "bytes behind the end of a name");
  }
  if (!prefix.empty()) file->name = prefix + "/" + file->name;
  if (!IsGoodName(file->name)) {
    return Bad(offset, StrCat("the name '", client::EscapeText(file->name),
                              "' is not allowed"));
  }
  if (!ReadOctal(Raw(header, kSize), size)) {
    return Bad(offset, StrCat("the size of '", file->name, "' is no number"));
  }
  return Status::Ok();
}

Status CheckOrder(const std::vector<TarFile>& files, const TarFile& next,
                  size_t offset) {
  if (files.size() >= kMaxFiles) return Bad(offset, "too many files");
  if (files.empty() || files.back().name < next.name) return Status::Ok();
  return Bad(offset, StrCat("'", next.name, "' behind '", files.back().name,
                            "': names must ascend"));
}

}  // namespace

Result<std::vector<TarFile>> ReadTar(std::span<const std::byte> archive) {
  std::vector<TarFile> files;
  size_t at = 0;
  if (archive.size() % kBlock != 0) {
    return Bad(archive.size(), "the end is not at a multiple of 512");
  }
  while (true) {
    if (archive.size() - at < kBlock) return Bad(at, "the end is missing");
    const Bytes header = archive.subspan(at, kBlock);
    if (AllZero(header)) break;
    TarFile file;
    uint64_t size = 0;
    ONNXIFI_RETURN_IF_ERROR(ReadHeader(header, at, &file, &size));
    ONNXIFI_RETURN_IF_ERROR(CheckOrder(files, file, at));
    at += kBlock;
    // A size has at most 11 digits, so that rounding up cannot overflow.
    const uint64_t whole = RoundUp<uint64_t>(size, kBlock);
    if (whole > archive.size() - at) {
      return Bad(at, StrCat("'", file.name, "' has ", size,
                            " bytes, more than there are"));
    }
    file.bytes = archive.subspan(at, size);
    if (!AllZero(archive.subspan(at + size, whole - size))) {
      return Bad(at + size,
                 StrCat("bytes behind the end of '", file.name, "'"));
    }
    at += whole;
    files.push_back(std::move(file));
  }
  if (archive.size() - at < 2 * kBlock || !AllZero(archive.subspan(at))) {
    return Bad(at, "the end is not two or more empty blocks");
  }
  return files;
}

}  // namespace onnxifi::conformance
