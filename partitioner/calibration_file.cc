#include "partitioner/calibration_file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "base/cpu_count.h"
#include "base/str_cat.h"
#include "partitioner/calibration_text.h"
#include "partitioner/node_model.h"

namespace onnxifi::partitioner {
namespace {

constexpr size_t kMostCpuInfo = size_t{16} << 10;

// A descriptor that closes itself.
class OpenFile {
 public:
  explicit OpenFile(int fd) : fd_(fd) {}
  ~OpenFile() {
    if (fd_ >= 0) close(fd_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  int get() const { return fd_; }

 private:
  const int fd_;
};

// At most `most` bytes; false on an error.
bool ReadUpTo(int fd, size_t most, std::string* text) {
  text->resize(most);
  size_t have = 0;
  while (have < most) {
    const ssize_t got = read(fd, text->data() + have, most - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return false;
    if (got == 0) break;
    have += static_cast<size_t>(got);
  }
  text->resize(have);
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

bool MakeDirectories(const std::string& path) {
  for (size_t at = 1; at != std::string::npos;) {
    at = path.find('/', at + 1);
    if (mkdir(path.substr(0, at).c_str(), 0700) != 0 && errno != EEXIST) {
      return false;
    }
  }
  return true;
}

Status System(const std::string& what, const std::string& path) {
  return Status(
      ONNXIFI_STATUS_NO_SYSTEM_RESOURCES,
      StrCat("calibration '", path, "': ", what, ": ", std::strerror(errno)));
}

Status NotUsed(const std::string& path, const std::string& why) {
  return Status(ONNXIFI_STATUS_INVALID_PROPERTY,
                StrCat("calibration '", path, "' is not used: ", why,
                       ": remove the file and calibrate anew"));
}

std::string CpuModel() {
  const OpenFile file(open("/proc/cpuinfo", O_RDONLY | O_CLOEXEC));
  std::string text;
  if (file.get() < 0 || !ReadUpTo(file.get(), kMostCpuInfo, &text)) return "";
  const size_t name = text.find("model name");
  const size_t colon = name == std::string::npos ? name : text.find(": ", name);
  if (colon == std::string::npos) return "";
  const size_t end = std::min(text.find('\n', colon), text.size());
  return text.substr(colon + 2, end - colon - 2);
}

// Nothing that would need escapes, and no separator of ours.
std::string Plain(const std::string& text) {
  std::string out = text.substr(0, 256);
  for (char& c : out) {
    if (c < ' ' || c > '~' || c == '"' || c == '\\' || c == '|') c = '?';
  }
  return out;
}

// As much of the new as fits, then of the old.
Calibration Joined(Calibration old, const Calibration& newer) {
  Calibration joined = std::move(old);
  std::map<std::string, Ns> kept;
  kept.swap(joined.nodes);
  joined.Merge(newer);
  for (const auto& [key, ns] : kept) {
    if (joined.nodes.size() >= kMostCalibratedNodes) break;
    joined.nodes.emplace(key, ns);
  }
  while (joined.nodes.size() > kMostCalibratedNodes) {
    joined.nodes.erase(std::prev(joined.nodes.end()));
  }
  return joined;
}

}  // namespace

std::string CalibrationDirectory() {
  if (getauxval(AT_SECURE) != 0) return "";
  const char* cache = secure_getenv("XDG_CACHE_HOME");
  if (cache != nullptr && *cache == '/') {
    return StrCat(cache, "/onnxifi/calibration");
  }
  const char* home = secure_getenv("HOME");
  if (home == nullptr || *home != '/') return "";
  return StrCat(home, "/.cache/onnxifi/calibration");
}

std::string DeviceIdentity(const Device& device) {
  const int cpus = AvailableCpus();
  const int threads = EnvInt("ONNXIFI_NUM_THREADS", 1, 1 << 16, cpus);
  return StrCat(Plain(device.name()), " | ", Plain(device.version()), " | ",
                Plain(device.vendor()), " | ", Plain(device.description()),
                " | ", Plain(CpuModel()), " | ", std::min(cpus, threads),
                " CPUs, ", threads, " threads");
}

std::string CalibrationPath(const std::string& directory,
                            const std::string& identity) {
  return StrCat(directory, "/", HashText(identity), ".json");
}

Result<Calibration> LoadCalibration(const std::string& directory,
                                    const std::string& identity) {
  const std::string path = CalibrationPath(directory, identity);
  if (directory.empty()) return Calibration();
  const OpenFile file(
      open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (file.get() < 0) {
    if (errno == ENOENT || errno == ENOTDIR) return Calibration();
    return NotUsed(path, std::strerror(errno));
  }
  struct stat about = {};
  if (fstat(file.get(), &about) != 0) return System("fstat", path);
  if (!S_ISREG(about.st_mode)) return NotUsed(path, "it is no regular file");
  if (about.st_uid != geteuid()) return NotUsed(path, "it is another user's");
  if ((about.st_mode & 022) != 0) return NotUsed(path, "others may write it");
  if (about.st_size > static_cast<off_t>(kMostCalibrationBytes)) {
    return NotUsed(
        path, StrCat("it has more than ", kMostCalibrationBytes, " bytes"));
  }
  std::string text;
  if (!ReadUpTo(file.get(), static_cast<size_t>(about.st_size), &text)) {
    return NotUsed(path, std::strerror(errno));
  }
  Result<Calibration> parsed = ParseCalibration(text, identity);
  if (!parsed.ok()) return NotUsed(path, parsed.status().message());
  return parsed;
}

Status StoreCalibration(const std::string& directory,
                        const std::string& identity,
                        const Calibration& calibration) {
  if (directory.empty()) {
    return Status(ONNXIFI_STATUS_NO_SYSTEM_RESOURCES,
                  "there is no place for a calibration: set XDG_CACHE_HOME");
  }
  Calibration joined = calibration;
  if (Result<Calibration> old = LoadCalibration(directory, identity);
      old.ok()) {
    joined = Joined(*std::move(old), calibration);
  }
  const std::string path = CalibrationPath(directory, identity);
  if (!MakeDirectories(directory)) return System("mkdir", directory);
  std::string temporary = path + ".XXXXXX";
  const OpenFile file(mkostemp(temporary.data(), O_CLOEXEC));
  if (file.get() < 0) return System("create", temporary);
  if (!WriteAll(file.get(), FormatCalibration(identity, joined)) ||
      std::rename(temporary.c_str(), path.c_str()) != 0) {
    const Status failed = System("write", temporary);
    unlink(temporary.c_str());
    return failed;
  }
  return Status::Ok();
}

}  // namespace onnxifi::partitioner
