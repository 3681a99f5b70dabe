#ifndef ONNXIFI_LOADER_FILE_H_
#define ONNXIFI_LOADER_FILE_H_

#include <cstdint>
#include <string>

#include "loader/outcome.h"

namespace onnxifi::loader {

// A file descriptor that closes itself. Thread-compatible.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(other.release()) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept;
  ~UniqueFd() { reset(-1); }

  int get() const { return fd_; }
  int release();
  void reset(int fd);

 private:
  int fd_ = -1;
};

// What makes two paths the same file, and what tells that a file changed.
struct FileIdentity {
  uint64_t device = 0;
  uint64_t inode = 0;
  uint64_t size = 0;
  int64_t mtime_ns = 0;
  uint32_t owner = 0;
  uint32_t mode = 0;

  bool SameFile(const FileIdentity& other) const {
    return device == other.device && inode == other.inode;
  }
  bool WritableByOthers() const { return (mode & 022) != 0; }
};

// Opens a regular file for reading. Never blocks: FIFOs, devices and
// directories are refused.
Outcome OpenRegularFile(const std::string& path, UniqueFd* fd,
                        FileIdentity* identity);

// Reads at most `limit` bytes of a regular file; larger files are refused
// with kManifestTooLarge.
Outcome ReadSmallFile(const std::string& path, size_t limit, std::string* text);

// Whether the 64 bytes at `header` start a shared library for this machine.
Outcome CheckElfHeader(const unsigned char* header, size_t size);

// The same for an open file, and whether all its segments are in it: mapping
// one that was cut off would kill the process.
Outcome CheckElfFile(int fd, uint64_t file_size);

// The absolute path without symbolic links, or kNotFound with the cause.
Outcome CanonicalPath(const std::string& path, std::string* canonical);

// The part of a path after, and before, its last slash.
std::string BaseName(const std::string& path);
std::string DirName(const std::string& path);

}  // namespace onnxifi::loader

#endif  // ONNXIFI_LOADER_FILE_H_
