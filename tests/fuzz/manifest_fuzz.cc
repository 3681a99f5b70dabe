// Feeds arbitrary bytes to the manifest reader. With -DONNXIFI_FUZZ=ON and
// clang this is a libFuzzer target; otherwise corpus_main.cc replays files.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "loader/json_value.h"
#include "loader/manifest.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace onnxifi::loader;  // NOLINT: short test
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  Manifest manifest;
  const Outcome outcome = ParseManifest(text, "/m", &manifest);
  // An accepted manifest names an absolute path; a refusal says why.
  if (outcome.ok() ? manifest.library.empty() || manifest.library[0] != '/'
                   : outcome.text.empty()) {
    std::abort();
  }
  // What is quoted reads back, unless it was not UTF-8 or had a NUL.
  std::string error;
  const std::string quoted = QuoteJson(text);
  const auto back = ParseJson(quoted, &error);
  if (!back && quoted.size() <= kMaxJsonBytes &&
      quoted.find("\\u0000") == std::string::npos) {
    std::abort();
  }
  return 0;
}
