#ifndef ONNXIFI_CONFORMANCE_API_INFO_KIT_H_
#define ONNXIFI_CONFORMANCE_API_INFO_KIT_H_

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "conformance/harness/session.h"

namespace onnxifi::conformance {

// One selector of onnxGetBackendInfo, as onnxifi.h describes it.
struct Selector {
  onnxBackendInfo number;
  const char* name;  // part of a test's name
  size_t size;       // of the value in bytes; 0: a text
  bool optional;     // may be refused
};

// All 29.
std::span<const Selector> Selectors();

// The bytes of a value, asked for its size first. Nothing when an optional one
// is refused; every other failure is one of the test.
std::optional<std::string> InfoBytes(Test& test, const Session& session,
                                     const Selector& selector);
// A text without its NUL; empty when there is none.
std::string InfoString(Test& test, const Session& session,
                       onnxBackendInfo number);
// A number of 8 bytes; nothing when it is refused.
std::optional<uint64_t> InfoValue(Test& test, const Session& session,
                                  onnxBackendInfo number);

// The words between single spaces; a wrong space makes an empty word.
std::vector<std::string> Words(const std::string& text);
bool IsUtf8(const std::string& text);

}  // namespace onnxifi::conformance

#endif  // ONNXIFI_CONFORMANCE_API_INFO_KIT_H_
