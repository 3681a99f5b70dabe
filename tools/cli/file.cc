#include "tools/cli/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "base/str_cat.h"
#include "tools/cli/text.h"

namespace onnxifi::cli {
namespace {

// Closes a descriptor at the end of a scope. Thread-compatible.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

bool WriteAll(int fd, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes = bytes.subspan(static_cast<size_t>(written));
  }
  return true;
}

}  // namespace

Status WriteFileAtomically(const std::string& path,
                           std::span<const std::byte> bytes) {
  std::string temporary = path + ".XXXXXX";
  const auto failure = [&] {
    return Status(
        ONNXIFI_STATUS_NO_SYSTEM_RESOURCES,
        StrCat("file '", EscapeText(path), "': ", std::strerror(errno),
               ": check the directory and its free space"));
  };
  const Descriptor fd(::mkostemp(temporary.data(), O_CLOEXEC));
  if (fd.get() < 0) return failure();
  const mode_t mask = ::umask(0);
  ::umask(mask);
  if (!WriteAll(fd.get(), bytes) || ::fchmod(fd.get(), 0666 & ~mask) != 0 ||
      ::rename(temporary.c_str(), path.c_str()) != 0) {
    const Status status = failure();
    ::unlink(temporary.c_str());
    return status;
  }
  return Status::Ok();
}

}  // namespace onnxifi::cli
