#include "graph/external_data.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>

#include "base/checked.h"
#include "base/log.h"
#include "base/str_cat.h"
#include "graph/text.h"

namespace onnxifi::graph {
namespace {

Status Invalid(const std::string& what) {
  return Status(ONNXIFI_STATUS_INVALID_MODEL, what);
}

// Closes a descriptor at the end of a scope.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

constexpr int kOpenFlags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW;

// Splits a location and refuses every form that could leave the directory.
// The one validator for all external data.
Result<std::vector<std::string>> SplitLocation(const std::string& location) {
  const auto refuse = [&](const char* why) {
    return Invalid(
        StrCat("external data location ", Quoted(location), " ", why));
  };
  if (location.empty()) return refuse("is empty");
  if (location.find('\0') != std::string::npos) return refuse("has a NUL");
  if (location.find('\\') != std::string::npos) {
    return refuse("has a backslash; use '/' between folders");
  }
  if (location.front() == '/') return refuse("is absolute");
  if (location.size() > 1 && location[1] == ':') return refuse("is absolute");
  std::vector<std::string> parts;
  for (size_t begin = 0; begin <= location.size();) {
    const size_t end = std::min(location.find('/', begin), location.size());
    std::string part = location.substr(begin, end - begin);
    if (part == "..") return refuse("leaves its directory with '..'");
    if (!part.empty() && part != ".") parts.push_back(std::move(part));
    begin = end + 1;
  }
  if (parts.empty()) return refuse("names no file");
  return parts;
}

// Opens `parts` below `directory`, following no link. Kernels without openat2
// get the same by opening one folder after the other.
Descriptor OpenBeneath(int directory, const std::vector<std::string>& parts) {
  std::string path = parts.front();
  for (size_t i = 1; i < parts.size(); ++i) path += "/" + parts[i];
  open_how how = {};
  how.flags = kOpenFlags;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  const auto fd = static_cast<int>(
      ::syscall(SYS_openat2, directory, path.c_str(), &how, sizeof(how)));
  if (fd >= 0 || (errno != ENOSYS && errno != EPERM)) return Descriptor(fd);
  Descriptor folder(::dup(directory));
  for (size_t i = 0; i + 1 < parts.size(); ++i) {
    if (folder.get() < 0) return folder;
    folder = Descriptor(
        ::openat(folder.get(), parts[i].c_str(), kOpenFlags | O_DIRECTORY));
  }
  return Descriptor(::openat(folder.get(), parts.back().c_str(), kOpenFlags));
}

// A decimal number without sign or surroundings.
std::optional<uint64_t> ParseNumber(const std::string& text) {
  uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (text.empty() || error != std::errc() || stop != end) return std::nullopt;
  return number;
}

struct Location {
  std::string path;
  uint64_t offset = 0;
  std::optional<uint64_t> length;
};

Result<Location> ReadEntries(const ExternalEntries& entries) {
  Location location;
  bool has_path = false, has_offset = false;
  for (const auto& [key, value] : entries) {
    if (key == "location") {
      if (has_path) return Invalid("external data has two locations");
      has_path = true;
      location.path = value;
    } else if (key == "offset" || key == "length") {
      const std::optional<uint64_t> number = ParseNumber(value);
      if (!number.has_value()) {
        return Invalid(StrCat("external data ", key, " ", Quoted(value),
                              " is not a number of bytes"));
      }
      if (key == "offset" ? has_offset : location.length.has_value()) {
        return Invalid(StrCat("external data has two entries '", key, "'"));
      }
      if (key == "offset") {
        has_offset = true;
        location.offset = *number;
      } else {
        location.length = number;
      }
    } else if (key != "checksum") {
      Log(LogLevel::kWarning, "external data entry ", Quoted(key),
          " is unknown and ignored");
    }
  }
  if (!has_path) return Invalid("external data has no location");
  return location;
}

}  // namespace

Result<const MappedFile*> ExternalData::Open(const std::string& location) {
  const auto known = files_.find(location);
  if (known != files_.end()) return &known->second;
  ONNXIFI_ASSIGN_OR_RETURN(const auto parts, SplitLocation(location));
  const Descriptor directory(
      ::open(directory_.c_str(), O_RDONLY | O_CLOEXEC | O_DIRECTORY));
  if (directory.get() < 0) {
    return Invalid(StrCat("cannot open the directory of external data ",
                          Quoted(directory_), ": ", std::strerror(errno)));
  }
  const Descriptor file = OpenBeneath(directory.get(), parts);
  if (file.get() < 0) {
    return Invalid(StrCat("cannot open external data ", Quoted(location),
                          " in ", Quoted(directory_), ": ",
                          std::strerror(errno),
                          " (links and paths out of it are refused)"));
  }
  struct stat info = {};
  if (::fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode)) {
    return Invalid(
        StrCat("external data ", Quoted(location), " is not a regular file"));
  }
  // A second name could lead to a file that the model's author cannot read.
  if (info.st_nlink > 1) {
    return Invalid(StrCat("external data ", Quoted(location),
                          " has several hard links; copy it"));
  }
  ONNXIFI_ASSIGN_OR_RETURN(MappedFile mapped,
                           MapDescriptor(file.get(), location));
  return &files_.emplace(location, std::move(mapped)).first->second;
}

Result<MappedFile> ExternalData::Load(const ExternalEntries& entries,
                                      size_t bytes) {
  ONNXIFI_ASSIGN_OR_RETURN(const Location location, ReadEntries(entries));
  if (location.length.has_value() && *location.length != bytes) {
    return Invalid(StrCat("external data length ", *location.length,
                          " differs from the ", bytes,
                          " bytes of its type and shape"));
  }
  ONNXIFI_ASSIGN_OR_RETURN(const MappedFile* file, Open(location.path));
  uint64_t end = 0;
  if (!CheckedAdd<uint64_t>(location.offset, bytes, &end) ||
      end > file->bytes.size()) {
    return Invalid(StrCat("external data ", Quoted(location.path), " has ",
                          file->bytes.size(), " bytes; ", bytes,
                          " from offset ", location.offset,
                          " are past its end"));
  }
  return MappedFile{
      file->bytes.subspan(static_cast<size_t>(location.offset), bytes),
      file->owner};
}

}  // namespace onnxifi::graph
