#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <new>
#include <vector>

#include "base/str_cat.h"
#include "graph/external_data.h"
#include "graph/onnx_reader.h"
#include "graph/text.h"

namespace onnxifi::graph {
namespace {

// Below this a copy costs less than page faults, and cannot be truncated
// under us.
constexpr size_t kMapFrom = size_t{1} << 20;

Status Unreadable(std::string_view name, const char* why) {
  return Status(ONNXIFI_STATUS_INVALID_MODEL,
                StrCat("cannot read ", Quoted(name), ": ", why));
}

// Reads up to the end; a file that shrinks meanwhile gives fewer bytes.
Result<MappedFile> ReadAll(int descriptor, size_t size, std::string_view name) {
  auto buffer = std::make_shared<std::vector<std::byte>>(size);
  size_t done = 0;
  while (done < size) {
    const ssize_t got = ::pread(descriptor, buffer->data() + done, size - done,
                                static_cast<off_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Unreadable(name, std::strerror(errno));
    if (got == 0) break;
    done += static_cast<size_t>(got);
  }
  const std::span<const std::byte> bytes(buffer->data(), done);
  return MappedFile{bytes, std::move(buffer)};
}

}  // namespace

Result<MappedFile> MapDescriptor(int descriptor, std::string_view shown_name) {
  struct stat info = {};
  if (::fstat(descriptor, &info) != 0) {
    return Unreadable(shown_name, std::strerror(errno));
  }
  if (!S_ISREG(info.st_mode)) {
    return Unreadable(shown_name, "it is not a regular file");
  }
  const auto size = static_cast<size_t>(info.st_size);
  if (size < kMapFrom) return ReadAll(descriptor, size, shown_name);
  void* address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
  if (address == MAP_FAILED) return ReadAll(descriptor, size, shown_name);
  std::shared_ptr<const void> owner(
      address, [size](void* mapped) { ::munmap(mapped, size); });
  return MappedFile{std::span(static_cast<const std::byte*>(address), size),
                    std::move(owner)};
}

Result<MappedFile> MapFile(const std::string& path) {
  // O_NONBLOCK: a FIFO must not hang the caller before it is refused.
  const int descriptor =
      ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return Unreadable(path, std::strerror(errno));
  try {
    Result<MappedFile> file = MapDescriptor(descriptor, path);
    ::close(descriptor);
    return file;
  } catch (const std::bad_alloc&) {
    ::close(descriptor);
    return Status(ONNXIFI_STATUS_NO_SYSTEM_MEMORY,
                  StrCat("no memory to read ", Quoted(path)));
  }
}

}  // namespace onnxifi::graph
