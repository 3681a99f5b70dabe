#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdio>

#include "base/str_cat.h"
#include "loader/probe.h"

namespace onnxifi::loader {

namespace {

constexpr size_t kMaxEntry = 16 * 1024;
constexpr int64_t kRefusalSeconds = 3600;

int64_t NowSeconds() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// First line of an entry, and what its file name is made from. The version
// changes with the meaning of a verdict.
std::string Key(const std::string& path, const FileIdentity& identity) {
  return StrCat("onnxifi-probe-1 ", identity.device, " ", identity.inode, " ",
                identity.size, " ", identity.mtime_ns, " ", path);
}

bool TakeNumber(std::string_view* text, int64_t* number) {
  const auto result =
      std::from_chars(text->data(), text->data() + text->size(), *number);
  if (result.ec != std::errc()) return false;
  text->remove_prefix(static_cast<size_t>(result.ptr - text->data()));
  if (!text->empty()) text->remove_prefix(1);
  return true;
}

// Creates the directory and its parents; false when that is not possible.
bool MakeDirectories(const std::string& path) {
  for (size_t at = 1; at != std::string::npos;) {
    at = path.find('/', at + 1);
    if (mkdir(path.substr(0, at).c_str(), 0700) != 0 && errno != EEXIST) {
      return false;
    }
  }
  return true;
}

bool WriteAll(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t put = write(fd, text.data(), text.size());
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return false;
    text.remove_prefix(static_cast<size_t>(put));
  }
  return true;
}

}  // namespace

std::string ProbeCache::FileFor(const std::string& key) const {
  uint64_t hash = 0xcbf29ce484222325;  // FNV-1a; the key is compared as well
  for (const char c : key) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  }
  char name[17];
  std::snprintf(name, sizeof(name), "%016llx",
                static_cast<unsigned long long>(hash));
  return StrCat(directory_, "/", name);
}

bool ProbeCache::Find(const std::string& path, const FileIdentity& identity,
                      Outcome* outcome) const {
  if (directory_.empty()) return false;
  const std::string key = Key(path, identity);
  std::string entry;
  if (!ReadSmallFile(FileFor(key), kMaxEntry, &entry).ok()) return false;
  std::string_view rest = entry;
  if (rest.substr(0, key.size()) != key) return false;
  rest.remove_prefix(key.size());
  if (rest.empty() || rest.front() != '\n') return false;
  rest.remove_prefix(1);
  int64_t number = 0;
  int64_t written = 0;
  if (!TakeNumber(&rest, &number) || !TakeNumber(&rest, &written)) {
    return false;
  }
  if (number == 0) {
    *outcome = {};
    return true;
  }
  const int64_t age = NowSeconds() - written;
  if (!IsKnownReason(static_cast<int>(number)) || age < 0 ||
      age > kRefusalSeconds) {
    return false;
  }
  *outcome = {static_cast<Reason>(number), std::string(rest)};
  return true;
}

void ProbeCache::Store(const std::string& path, const FileIdentity& identity,
                       const Outcome& outcome) const {
  if (directory_.empty() || !MakeDirectories(directory_)) return;
  const std::string key = Key(path, identity);
  const std::string file = FileFor(key);
  const std::string temporary = StrCat(file, ".", getpid(), ".tmp");
  UniqueFd fd(open(temporary.c_str(),
                   O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (fd.get() < 0) return;
  const std::string text =
      StrCat(key, "\n", static_cast<int>(outcome.reason), " ", NowSeconds(),
             " ", outcome.text.substr(0, 1024));
  // A reader sees the old entry or the whole new one, never a part.
  if (!WriteAll(fd.get(), text) ||
      std::rename(temporary.c_str(), file.c_str()) != 0) {
    unlink(temporary.c_str());
  }
}

}  // namespace onnxifi::loader
