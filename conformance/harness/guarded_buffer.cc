#include "conformance/harness/guarded_buffer.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/checked.h"
#include "base/str_cat.h"

namespace onnxifi::conformance {
namespace {

constexpr std::byte kSlack{0x6b};

size_t PageSize() {
  static const size_t size = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
  return size;
}

}  // namespace

std::byte GuardedBuffer::PoisonAt(size_t index) {
  // As float, half, bfloat16 and double: NaN of an odd payload; as integers:
  // large and different from element to element.
  constexpr uint8_t kPattern[] = {0xa5, 0xff, 0xe7, 0x7f,
                                  0xdb, 0xfe, 0xf1, 0xff};
  return std::byte{kPattern[index % sizeof(kPattern)]};
}

Result<GuardedBuffer> GuardedBuffer::Make(size_t size, Guard guard) {
  const size_t page = PageSize();
  if (size > (size_t{1} << 40)) {
    return Status(ONNXIFI_STATUS_NO_SYSTEM_MEMORY,
                  StrCat("a tensor of ", size, " bytes"));
  }
  const size_t inside = (size + page) / page * page;  // at least one byte more
  GuardedBuffer buffer;
  buffer.map_size_ = inside + 2 * page;
  void* map = ::mmap(nullptr, buffer.map_size_, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (map == MAP_FAILED) {
    return Status(ONNXIFI_STATUS_NO_SYSTEM_MEMORY,
                  StrCat("mmap: ", std::strerror(errno)));
  }
  buffer.map_ = static_cast<std::byte*>(map);
  std::byte* begin = buffer.map_ + page;
  std::memset(begin, static_cast<int>(kSlack), inside);
  buffer.data_ = guard == Guard::kBehind ? begin + inside - size : begin;
  buffer.size_ = size;
  buffer.Poison();
  if (::mprotect(buffer.map_, page, PROT_NONE) != 0 ||
      ::mprotect(begin + inside, page, PROT_NONE) != 0) {
    return Status(ONNXIFI_STATUS_NO_SYSTEM_RESOURCES,
                  StrCat("mprotect: ", std::strerror(errno)));
  }
  return buffer;
}

GuardedBuffer::~GuardedBuffer() {
  if (map_ != nullptr) ::munmap(map_, map_size_);
}

GuardedBuffer::GuardedBuffer(GuardedBuffer&& other) noexcept
    : map_(std::exchange(other.map_, nullptr)),
      map_size_(other.map_size_),
      data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)) {}

GuardedBuffer& GuardedBuffer::operator=(GuardedBuffer&& other) noexcept {
  std::swap(map_, other.map_);
  std::swap(map_size_, other.map_size_);
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

void GuardedBuffer::Poison() {
  for (size_t i = 0; i < size_; ++i) data_[i] = PoisonAt(i);
}

Status GuardedBuffer::MakeReadOnly() {
  const size_t page = PageSize();
  if (::mprotect(map_ + page, map_size_ - 2 * page, PROT_READ) != 0) {
    return Status(ONNXIFI_STATUS_NO_SYSTEM_RESOURCES,
                  StrCat("mprotect: ", std::strerror(errno)));
  }
  return Status::Ok();
}

std::string GuardedBuffer::Damage() const {
  if (map_ == nullptr) return "";
  const size_t page = PageSize();
  const std::byte* const begin = map_ + page;
  const std::byte* const end = map_ + map_size_ - page;
  for (const std::byte* at = begin; at < data_; ++at) {
    if (*at != kSlack) {
      return StrCat("written ", data_ - at, " bytes in front of the tensor");
    }
  }
  for (const std::byte* at = data_ + size_; at < end; ++at) {
    if (*at != kSlack) {
      return StrCat("written ", at - (data_ + size_),
                    " bytes behind the end of the tensor");
    }
  }
  return "";
}

}  // namespace onnxifi::conformance
