#include "backends/common/last_error.h"

#include <algorithm>
#include <cstring>

namespace onnxifi::abi {
namespace {

constexpr size_t kCapacity = 1024;

struct ErrorText {
  size_t length;
  char bytes[kCapacity];
};
constinit thread_local ErrorText t_error = {};

}  // namespace

void SetLastError(std::string_view text) {
  size_t length = std::min(text.size(), kCapacity - 1);
  // Do not cut a UTF-8 sequence in two.
  while (length > 0 && length < text.size() &&
         (static_cast<unsigned char>(text[length]) & 0xc0) == 0x80) {
    --length;
  }
  std::memcpy(t_error.bytes, text.data(), length);
  t_error.bytes[length] = '\0';
  t_error.length = length;
}

onnxStatus CopyLastError(char* text, size_t* size) {
  if (size == nullptr) return ONNXIFI_STATUS_INVALID_POINTER;
  const size_t needed = t_error.length + 1;
  const bool fits = text != nullptr && *size >= needed;
  *size = needed;
  if (!fits) return ONNXIFI_STATUS_FALLBACK;
  std::memcpy(text, t_error.bytes, needed);
  return ONNXIFI_STATUS_SUCCESS;
}

}  // namespace onnxifi::abi
