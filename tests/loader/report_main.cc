// Prints the loader's report; the scripts of this folder read it.
#include <onnxifi/onnxifi_loader.h>

#include <cstdio>
#include <string>

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
