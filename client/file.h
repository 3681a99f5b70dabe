#ifndef ONNXIFI_CLIENT_FILE_H_
#define ONNXIFI_CLIENT_FILE_H_

#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"

namespace onnxifi::client {

// A file that is written beside `path` and renamed into place at the end, so
// that no reader ever sees a part. Move-only; thread-compatible.
class AtomicFile {
 public:
  static Result<AtomicFile> Create(const std::string& path);
  // Without Commit nothing is left.
  ~AtomicFile();
  AtomicFile(AtomicFile&& other) noexcept;
  AtomicFile& operator=(AtomicFile&& other) = delete;

  Status Write(std::span<const std::byte> bytes);
  Status Commit();

 private:
  AtomicFile(std::string path, std::string temporary, int fd)
      : path_(std::move(path)), temporary_(std::move(temporary)), fd_(fd) {}
  Status Flush();

  std::string path_;
  std::string temporary_;
  int fd_;
  std::vector<std::byte> pending_;  // small pieces, to be written together
};

// All of a file at once.
Status WriteFileAtomically(const std::string& path,
                           std::span<const std::byte> bytes);

}  // namespace onnxifi::client

#endif  // ONNXIFI_CLIENT_FILE_H_
