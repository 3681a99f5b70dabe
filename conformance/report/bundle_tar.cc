#include "conformance/report/bundle_tar.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <optional>

#include "base/str_cat.h"
#include "client/text.h"

namespace onnxifi::conformance {
namespace {

constexpr size_t kBlock = 512;
// Two blocks of zeros end an archive.
constexpr size_t kEnd = 2 * kBlock;

struct Field {
  size_t begin;
  size_t size;
};

// The fields of a ustar header (POSIX.1-1988).
constexpr Field kName = {0, 100};
constexpr Field kMode = {100, 8};
constexpr Field kOwner = {108, 8};
constexpr Field kGroup = {116, 8};
constexpr Field kSize = {124, 12};
constexpr Field kTime = {136, 12};
constexpr Field kChecksum = {148, 8};
constexpr size_t kType = 156;
constexpr Field kMagic = {257, 8};
constexpr std::string_view kMagicText("ustar\00000", 8);

Status Bad(const std::string& what) {
  return Status(ONNXIFI_STATUS_INVALID_PROTOBUF, StrCat("archive: ", what));
}

// Octal digits and a NUL, as wide as the field.
void PutOctal(std::string& header, Field field, uint64_t number) {
  for (size_t i = field.size - 1; i-- > 0; number >>= 3) {
    header[field.begin + i] = static_cast<char>('0' + (number & 7));
  }
  header[field.begin + field.size - 1] = '\0';
}

std::optional<uint64_t> Octal(std::string_view header, Field field) {
  uint64_t number = 0;
  for (size_t i = 0; i + 1 < field.size; ++i) {
    const char c = header[field.begin + i];
    if (c < '0' || c > '7') return std::nullopt;
    number = number << 3 | static_cast<uint64_t>(c - '0');
  }
  if (header[field.begin + field.size - 1] != '\0') return std::nullopt;
  return number;
}

// The sum of the header's bytes, its own field taken as blanks.
uint64_t Checksum(std::string_view header) {
  uint64_t sum = 0;
  for (size_t i = 0; i < kBlock; ++i) {
    const bool own =
        i >= kChecksum.begin && i < kChecksum.begin + kChecksum.size;
    sum += own ? ' ' : static_cast<unsigned char>(header[i]);
  }
  return sum;
}

std::string Header(const std::string& name, size_t size) {
  std::string header(kBlock, '\0');
  header.replace(kName.begin, std::min(name.size(), kName.size - 1), name, 0,
                 kName.size - 1);
  PutOctal(header, kMode, 0644);
  PutOctal(header, kOwner, 0);
  PutOctal(header, kGroup, 0);
  PutOctal(header, kSize, size);
  PutOctal(header, kTime, 0);
  header[kType] = '0';
  header.replace(kMagic.begin, kMagic.size, kMagicText);
  // Six digits, NUL, blank: as everyone writes it.
  PutOctal(header, {kChecksum.begin, kChecksum.size - 1}, Checksum(header));
  header[kChecksum.begin + kChecksum.size - 1] = ' ';
  return header;
}

size_t Padded(size_t size) { return (size + kBlock - 1) / kBlock * kBlock; }

// A name that could be unpacked anywhere: no folders, nothing hidden.
bool IsPlainName(std::string_view name) {
  if (name.empty() || name.front() == '.') return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.';
  });
}

bool IsZero(std::string_view bytes) {
  return bytes.find_first_not_of('\0') == std::string_view::npos;
}

// Takes the first member off `rest`.
Result<TarMember> TakeMember(std::string_view* rest) {
  const std::string_view header = rest->substr(0, kBlock);
  const std::string_view name(
      header.data(), ::strnlen(header.data() + kName.begin, kName.size));
  const std::string shown = client::EscapeText(name);
  const std::optional<uint64_t> sum =
      Octal(header, {kChecksum.begin, kChecksum.size - 1});
  if (sum != Checksum(header)) {
    return Bad(StrCat("the checksum in the header of '", shown, "' is wrong"));
  }
  if (!IsPlainName(name)) return Bad(StrCat("unsafe name '", shown, "'"));
  if (header[kType] != '0') {
    return Bad(StrCat("'", shown, "' is no plain file"));
  }
  const std::optional<uint64_t> size = Octal(header, kSize);
  rest->remove_prefix(kBlock);
  if (!size.has_value() || *size > rest->size() ||
      Padded(*size) > rest->size()) {
    return Bad(
        StrCat("the size of '", shown, "' is no number or beyond the end"));
  }
  TarMember member{std::string(name), std::string(rest->substr(0, *size))};
  if (header != Header(member.name, member.bytes.size())) {
    return Bad(StrCat("the header of '", shown,
                      "' has a mode, owner, time or other field that this "
                      "suite does not write"));
  }
  if (!IsZero(rest->substr(*size, Padded(*size) - *size))) {
    return Bad(StrCat("'", shown, "' is padded with something"));
  }
  rest->remove_prefix(Padded(*size));
  return member;
}

}  // namespace

std::string WriteBundleTar(const std::vector<TarMember>& members) {
  std::string out;
  for (const TarMember& member : members) {
    out += Header(member.name, member.bytes.size());
    out += member.bytes;
    out.resize(Padded(out.size()), '\0');
  }
  out.append(kEnd, '\0');
  return out;
}

Result<std::vector<TarMember>> ReadBundleTar(std::string_view bytes) {
  if (bytes.size() % kBlock != 0 || bytes.size() < kEnd) {
    return Bad("cut off, or no archive: not a whole number of blocks");
  }
  std::vector<TarMember> members;
  while (!bytes.empty() && !IsZero(bytes.substr(0, kBlock))) {
    ONNXIFI_ASSIGN_OR_RETURN(TarMember member, TakeMember(&bytes));
    members.push_back(std::move(member));
  }
  if (bytes.size() != kEnd || !IsZero(bytes)) {
    return Bad("cut off, or something follows the last member");
  }
  return members;
}

}  // namespace onnxifi::conformance
