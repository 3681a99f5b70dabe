#include "backends/common/last_error.h"

#include <algorithm>
#include <cstring>

namespace onnxifi::abi {
namespace {

constinit thread_local ErrorRecord t_last;
constinit thread_local ErrorRecord t_event;

// Copies what fits, never a part of a UTF-8 sequence, and ends it with a NUL.
size_t CopyText(std::string_view text, char* to, size_t capacity) {
  size_t length = std::min(text.size(), capacity - 1);
  while (length > 0 && length < text.size() &&
         (static_cast<unsigned char>(text[length]) & 0xc0) == 0x80) {
    --length;
  }
  if (length > 0) std::memcpy(to, text.data(), length);
  to[length] = '\0';
  return length;
}

}  // namespace

void ErrorRecord::Set(onnxStatus status, std::string_view text,
                      std::string_view node, std::string_view op) {
  status_ = status;
  text_length_ = CopyText(text, text_, sizeof(text_));
  has_node_ = !op.empty();
  CopyText(node, node_, sizeof(node_));
  CopyText(op, op_, sizeof(op_));
}

onnxErrorInfo ErrorRecord::Info() const {
  onnxErrorInfo info = {};
  info.structSize = sizeof(info);
  info.status = status_;
  info.text = text_;
  info.nodeName = has_node_ ? node_ : nullptr;
  info.operatorName = has_node_ ? op_ : nullptr;
  return info;
}

ErrorRecord& LastError() { return t_last; }
ErrorRecord& EventError() { return t_event; }

onnxStatus CopyText(std::string_view from, char* text, size_t* size) {
  if (size == nullptr) return ONNXIFI_STATUS_INVALID_POINTER;
  const size_t needed = from.size() + 1;
  const bool fits = text != nullptr && *size >= needed;
  *size = needed;
  if (!fits) return ONNXIFI_STATUS_FALLBACK;
  std::memcpy(text, from.data(), from.size());
  text[from.size()] = '\0';
  return ONNXIFI_STATUS_SUCCESS;
}

onnxStatus CopyLastError(char* text, size_t* size) {
  return CopyText(t_last.text(), text, size);
}

}  // namespace onnxifi::abi
