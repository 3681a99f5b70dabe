#include "client/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "base/str_cat.h"
#include "client/text.h"

namespace onnxifi::client {
namespace {

constexpr size_t kPendingBytes = size_t{64} << 10;

Status Failed(const std::string& path) {
  return Status(ONNXIFI_STATUS_NO_SYSTEM_RESOURCES,
                StrCat("file '", EscapeText(path), "': ", std::strerror(errno),
                       ": check the directory and its free space"));
}

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

Result<AtomicFile> AtomicFile::Create(const std::string& path) {
  std::string temporary = path + ".XXXXXX";
  const int fd = ::mkostemp(temporary.data(), O_CLOEXEC);
  if (fd < 0) return Failed(path);
  return AtomicFile(path, std::move(temporary), fd);
}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : path_(std::move(other.path_)),
      temporary_(std::move(other.temporary_)),
      fd_(std::exchange(other.fd_, -1)),
      pending_(std::move(other.pending_)) {}

AtomicFile::~AtomicFile() {
  if (fd_ < 0) return;
  ::close(fd_);
  ::unlink(temporary_.c_str());
}

Status AtomicFile::Flush() {
  if (!WriteAll(fd_, pending_)) return Failed(path_);
  pending_.clear();
  return Status::Ok();
}

Status AtomicFile::Write(std::span<const std::byte> bytes) {
  if (pending_.size() + bytes.size() > kPendingBytes) {
    ONNXIFI_RETURN_IF_ERROR(Flush());
  }
  if (bytes.size() > kPendingBytes) {
    return WriteAll(fd_, bytes) ? Status::Ok() : Failed(path_);
  }
  pending_.insert(pending_.end(), bytes.begin(), bytes.end());
  return Status::Ok();
}

Status AtomicFile::Commit() {
  ONNXIFI_RETURN_IF_ERROR(Flush());
  const mode_t mask = ::umask(0);
  ::umask(mask);
  if (::fchmod(fd_, 0666 & ~mask) != 0 ||
      ::rename(temporary_.c_str(), path_.c_str()) != 0) {
    return Failed(path_);
  }
  ::close(std::exchange(fd_, -1));
  return Status::Ok();
}

Status WriteFileAtomically(const std::string& path,
                           std::span<const std::byte> bytes) {
  ONNXIFI_ASSIGN_OR_RETURN(AtomicFile file, AtomicFile::Create(path));
  ONNXIFI_RETURN_IF_ERROR(file.Write(bytes));
  return file.Commit();
}

}  // namespace onnxifi::client
