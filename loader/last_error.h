#ifndef ONNXIFI_LOADER_LAST_ERROR_H_
#define ONNXIFI_LOADER_LAST_ERROR_H_

#include <onnxifi/onnxifi.h>

#include <cstddef>
#include <string_view>

namespace onnxifi::loader {

struct Device;

// Remembers the last failing call of this thread, in the loader's own words.
// Returns `status`, so that a failing path is one line. Allocates nothing.
onnxStatus Fail(onnxStatus status, const char* function,
                std::string_view text) noexcept;

// The same for a failure that a plugin reported: its text is asked for only
// when somebody wants it. `remark` may be empty.
onnxStatus FailInPlugin(onnxStatus status, const char* function,
                        const Device* device,
                        std::string_view remark = "") noexcept;

// The last failing call of this thread: its status, and whether it is this
// plugin's own failure, of which the plugin may know more.
onnxStatus LastStatus() noexcept;
bool LastWasOf(const Device* device) noexcept;

// Copies the text with the size protocol of the ABI.
onnxStatus CopyLastError(char* text, size_t* size) noexcept;

// The size protocol for any text; the size counts the final NUL.
onnxStatus CopyText(std::string_view from, char* text, size_t* size) noexcept;

}  // namespace onnxifi::loader

#endif  // ONNXIFI_LOADER_LAST_ERROR_H_
