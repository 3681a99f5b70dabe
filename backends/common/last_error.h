#ifndef ONNXIFI_BACKENDS_COMMON_LAST_ERROR_H_
#define ONNXIFI_BACKENDS_COMMON_LAST_ERROR_H_

#include <onnxifi/onnxifi.h>

#include <cstddef>
#include <string_view>

namespace onnxifi::abi {

// The text of the last failing call on this thread. Kept in a fixed buffer:
// setting it never fails, and nothing has to be freed when a thread ends
// after the library was unloaded. Longer texts are cut.
void SetLastError(std::string_view text);

// Implements onnxGetLastErrorFunction (onnxifi_ext.h).
onnxStatus CopyLastError(char* text, size_t* size);

}  // namespace onnxifi::abi

#endif  // ONNXIFI_BACKENDS_COMMON_LAST_ERROR_H_
