#ifndef ONNXIFI_BACKENDS_COMMON_LAST_ERROR_H_
#define ONNXIFI_BACKENDS_COMMON_LAST_ERROR_H_

#include <onnxifi/onnxifi_ext.h>

#include <cstddef>
#include <string_view>

#include "base/status.h"

namespace onnxifi::abi {

// What is kept of a failure. Of fixed size: keeping one never fails, and
// nothing has to be freed when a thread ends after the library was unloaded.
// Longer texts are cut.
class ErrorRecord {
 public:
  constexpr ErrorRecord() = default;

  void Set(onnxStatus status, std::string_view text, std::string_view node = {},
           std::string_view op = {});
  void Set(const Status& failure) {
    Set(failure.code(), failure.message(), failure.node().name,
        failure.node().op);
  }

  std::string_view text() const { return {text_, text_length_}; }
  // The strings are this object's.
  onnxErrorInfo Info() const;

 private:
  onnxStatus status_ = ONNXIFI_STATUS_SUCCESS;
  bool has_node_ = false;
  size_t text_length_ = 0;
  char text_[1024] = {};
  char node_[256] = {};
  char op_[128] = {};
};

// The last failing call on this thread.
ErrorRecord& LastError();
// Where getError puts what it tells of an event on this thread.
ErrorRecord& EventError();

// The size protocol of texts that are asked for by their size first.
onnxStatus CopyText(std::string_view from, char* text, size_t* size);

// Implements onnxGetLastErrorFunction (onnxifi_ext.h).
onnxStatus CopyLastError(char* text, size_t* size);

}  // namespace onnxifi::abi

#endif  // ONNXIFI_BACKENDS_COMMON_LAST_ERROR_H_
