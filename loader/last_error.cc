#include "loader/last_error.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "base/str_cat.h"
#include "loader/dispatch.h"
#include "loader/plugin.h"

namespace onnxifi::loader {

namespace {

// Plain data: no constructor, no destructor at thread exit.
struct LastError {
  onnxStatus status;
  const char* function;
  const Device* device;
  char text[512];
};
thread_local LastError t_last;

void Remember(onnxStatus status, const char* function, const Device* device,
              std::string_view text) noexcept {
  t_last.status = status;
  t_last.function = function;
  t_last.device = device;
  const size_t length = std::min(text.size(), sizeof(t_last.text) - 1);
  std::memcpy(t_last.text, text.data(), length);
  t_last.text[length] = '\0';
}

std::string OwnText() {
  if (t_last.function == nullptr) return "";
  if (t_last.device == nullptr) {
    return StrCat(t_last.function, ": ", t_last.text);
  }
  std::string out =
      StrCat(t_last.device->plugin->name(), ": ", t_last.function, " returned ",
             StatusName(t_last.status), " (", t_last.status, ")");
  if (t_last.text[0] != '\0') out += StrCat(": ", t_last.text);
  return out;
}

}  // namespace

onnxStatus Fail(onnxStatus status, const char* function,
                std::string_view text) noexcept {
  Remember(status, function, nullptr, text);
  return status;
}

onnxStatus FailInPlugin(onnxStatus status, const char* function,
                        const Device* device,
                        std::string_view remark) noexcept {
  Remember(status, function, device, remark);
  return status;
}

onnxStatus LastStatus() noexcept { return t_last.status; }

bool LastWasOf(const Device* device) noexcept {
  return t_last.device != nullptr && t_last.device->plugin == device->plugin &&
         t_last.text[0] == '\0';
}

onnxStatus CopyLastError(char* text, size_t* size) noexcept {
  if (size == nullptr) return ONNXIFI_STATUS_INVALID_POINTER;
  try {
    const Device* device = t_last.device;
    if (device != nullptr && device->last_error != nullptr &&
        t_last.text[0] == '\0') {
      size_t needed = 0;
      const onnxStatus query = device->last_error(nullptr, &needed);
      if (query == ONNXIFI_STATUS_FALLBACK && needed > 1) {
        if (text == nullptr || *size < needed) {
          *size = needed;
          return ONNXIFI_STATUS_FALLBACK;
        }
        size_t room = *size;
        const onnxStatus status = device->last_error(text, &room);
        if (IsKnownStatus(status) && room <= *size) {
          *size = room;
          return status;
        }
      }
    }
    return CopyText(OwnText(), text, size);
  } catch (...) {
    return ONNXIFI_STATUS_NO_SYSTEM_MEMORY;
  }
}

onnxStatus CopyText(std::string_view from, char* text, size_t* size) noexcept {
  const size_t needed = from.size() + 1;
  const bool fits = text != nullptr && *size >= needed;
  *size = needed;
  if (!fits) return ONNXIFI_STATUS_FALLBACK;
  std::memcpy(text, from.data(), from.size());
  text[from.size()] = '\0';
  return ONNXIFI_STATUS_SUCCESS;
}

}  // namespace onnxifi::loader
