#include "backends/opencl/cache_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <vector>

#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

constexpr char kMagic[8] = {'o', 'n', 'x', 'c', 'l', 'p', '0', '1'};
// No program of a graph comes near it.
constexpr size_t kMaxFile = size_t{1} << 30;

struct Header {
  char magic[8];
  uint64_t key_bytes;
  uint64_t value_bytes;
  uint64_t hash;  // of key and value
};

bool MakeFolders(const std::string& path) {
  for (size_t at = path.find('/', 1); at != std::string::npos;
       at = path.find('/', at + 1)) {
    if (::mkdir(path.substr(0, at).c_str(), 0700) != 0 && errno != EEXIST) {
      return false;
    }
  }
  return true;
}

bool WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t done = ::write(fd, bytes.data(), bytes.size());
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(done));
  }
  return true;
}

std::optional<std::string> ReadAll(int fd) {
  struct stat info = {};
  // Drivers trust what they get: it must be ours.
  if (::fstat(fd, &info) != 0 || !S_ISREG(info.st_mode) ||
      info.st_uid != ::geteuid() || (info.st_mode & 022) != 0 ||
      info.st_size < 0 || static_cast<size_t>(info.st_size) > kMaxFile) {
    return std::nullopt;
  }
  std::string text(static_cast<size_t>(info.st_size), '\0');
  size_t done = 0;
  while (done < text.size()) {
    const ssize_t got = ::read(fd, text.data() + done, text.size() - done);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return std::nullopt;
    done += static_cast<size_t>(got);
  }
  return text;
}

// The folder may have files of others.
bool IsCacheFileName(std::string_view name) {
  return name.size() == 20 && name.substr(16) == ".bin" &&
         name.find_first_not_of("0123456789abcdef") == 16;
}

}  // namespace

uint64_t HashOf(std::string_view bytes) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : bytes) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  }
  return hash;
}

std::optional<std::string> ReadCacheFile(const std::string& path,
                                         std::string_view key) {
  const int fd =
      ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0) return std::nullopt;
  std::optional<std::string> text = ReadAll(fd);
  // TrimCacheFolder leaves it longer; where that may not be, it is just old.
  if (text) static_cast<void>(::futimens(fd, nullptr));
  ::close(fd);
  Header header;
  if (!text || text->size() < sizeof(header)) return std::nullopt;
  std::memcpy(&header, text->data(), sizeof(header));
  const size_t body = text->size() - sizeof(header);
  if (std::memcmp(header.magic, kMagic, sizeof(kMagic)) != 0 ||
      header.key_bytes != key.size() || header.key_bytes > body ||
      header.value_bytes != body - header.key_bytes) {
    return std::nullopt;
  }
  const std::string_view rest = std::string_view(*text).substr(sizeof(header));
  if (rest.substr(0, key.size()) != key || HashOf(rest) != header.hash) {
    return std::nullopt;
  }
  return std::string(rest.substr(key.size()));
}

bool WriteCacheFile(const std::string& path, std::string_view key,
                    std::string_view value) {
  if (!MakeFolders(path)) return false;
  std::string temporary = path + ".XXXXXX";
  const int fd = ::mkostemp(temporary.data(), O_CLOEXEC);
  if (fd < 0) return false;
  Header header;
  std::memcpy(header.magic, kMagic, sizeof(kMagic));
  header.key_bytes = key.size();
  header.value_bytes = value.size();
  header.hash = HashOf(StrCat(key, value));
  const bool written =
      WriteAll(fd, {reinterpret_cast<const char*>(&header), sizeof(header)}) &&
      WriteAll(fd, key) && WriteAll(fd, value);
  // Without a sync a crash of the machine may leave a file of zeros, which the
  // hash finds.
  if (::close(fd) == 0 && written &&
      std::rename(temporary.c_str(), path.c_str()) == 0) {
    return true;
  }
  ::unlink(temporary.c_str());
  return false;
}

std::string CacheFileName(uint64_t hash) {
  char name[32];
  std::snprintf(name, sizeof(name), "%016llx.bin",
                static_cast<unsigned long long>(hash));
  return name;
}

void TrimCacheFolder(const std::string& folder, uint64_t most) {
  struct File {
    std::filesystem::file_time_type used;
    uint64_t bytes;
    std::filesystem::path path;
  };
  std::vector<File> files;
  uint64_t total = 0;
  std::error_code error;
  for (std::filesystem::directory_iterator at(folder, error), end;
       !error && at != end; at.increment(error)) {
    std::error_code gone;  // another process may trim, too
    if (!IsCacheFileName(at->path().filename().native()) ||
        !std::filesystem::is_regular_file(at->symlink_status(gone))) {
      continue;
    }
    const uint64_t bytes = at->file_size(gone);
    const auto used = at->last_write_time(gone);
    if (gone) continue;
    files.push_back({used, bytes, at->path()});
    total += bytes;
  }
  if (total <= most) return;
  std::sort(files.begin(), files.end(),
            [](const File& a, const File& b) { return a.used < b.used; });
  for (const File& file : files) {
    if (total <= most) return;
    total -= file.bytes;
    std::filesystem::remove(file.path, error);
  }
}

}  // namespace onnxifi::opencl
