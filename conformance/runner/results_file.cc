#include "conformance/runner/results_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/str_cat.h"
#include "graph/onnx_reader.h"

namespace onnxifi::conformance {
namespace {

Status Errno(const std::string& path) {
  return Status(ONNXIFI_STATUS_NO_SYSTEM_RESOURCES,
                StrCat("results '", path, "': ", std::strerror(errno)));
}

}  // namespace

Result<ResultsFile> ResultsFile::Create(const std::string& path,
                                        const RunHeader& header) {
  const int fd =
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (fd < 0) return Errno(path);
  ResultsFile file(fd);
  ONNXIFI_RETURN_IF_ERROR(file.Write(ToLine(header)));
  return file;
}

Result<ResultsFile> ResultsFile::Resume(const std::string& path,
                                        const RunHeader& header,
                                        Results* results) {
  ONNXIFI_ASSIGN_OR_RETURN(*results, ReadResults(path));
  if (ToLine(results->header) != ToLine(header)) {
    return Status(ONNXIFI_STATUS_INVALID_STATE,
                  StrCat("results '", path,
                         "' are of another run (plugin, suite, seed or "
                         "selection): give another file, or no --resume"));
  }
  size_t whole = 0;
  {
    ONNXIFI_ASSIGN_OR_RETURN(const graph::MappedFile mapped,
                             graph::MapFile(path));
    whole = mapped.bytes.size();
    while (whole > 0 && mapped.bytes[whole - 1] != std::byte{'\n'}) --whole;
  }
  const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (fd < 0) return Errno(path);
  ResultsFile file(fd);
  if (::ftruncate(fd, static_cast<off_t>(whole)) != 0 ||
      ::lseek(fd, 0, SEEK_END) < 0) {
    return Errno(path);
  }
  return file;
}

ResultsFile::~ResultsFile() {
  if (fd_ >= 0) ::close(fd_);
}

ResultsFile::ResultsFile(ResultsFile&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)) {}

Status ResultsFile::Append(const Record& record) {
  return Write(ToLine(record));
}

Status ResultsFile::Write(const std::string& line) {
  const std::string text = line + "\n";
  size_t done = 0;
  while (done < text.size()) {
    const ssize_t got = ::write(fd_, text.data() + done, text.size() - done);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return Errno("write");
    done += static_cast<size_t>(got);
  }
  return ::fdatasync(fd_) == 0 || errno == EINVAL ? Status::Ok()
                                                  : Errno("sync");
}

}  // namespace onnxifi::conformance
