// Prints the loader's report; the scripts of this folder read it.
#include <onnxifi/onnxifi_loader.h>

#include <cstdio>
#include <string>

// The leak checker cannot attach to a set-user-id process, which cannot read
// its options from the environment either.
#if defined(__SANITIZE_ADDRESS__)
extern "C" __attribute__((visibility("default"))) const char*
__asan_default_options() {
  return "detect_leaks=0";
}
#endif

int main() {
  size_t size = 0;
  if (onnxifiGetLoadReport(nullptr, &size) != ONNXIFI_STATUS_FALLBACK) {
    return 1;
  }
  std::string text(size, '\0');
  if (onnxifiGetLoadReport(text.data(), &size) != ONNXIFI_STATUS_SUCCESS) {
    return 1;
  }
  std::fputs(text.c_str(), stdout);
  return 0;
}
