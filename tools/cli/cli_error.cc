#include "tools/cli/cli_error.h"

#include <array>
#include <cstdio>

#include "client/client.h"

namespace onnxifi::client {
namespace {

ExitCode ExitFor(onnxStatus code, Step step) {
  switch (code) {
    case ONNXIFI_STATUS_BACKEND_UNAVAILABLE:
      return kExitNoBackend;
    case ONNXIFI_STATUS_NO_SYSTEM_MEMORY:
    case ONNXIFI_STATUS_NO_DEVICE_MEMORY:
    case ONNXIFI_STATUS_NO_SYSTEM_RESOURCES:
    case ONNXIFI_STATUS_NO_DEVICE_RESOURCES:
      return kExitResources;
    case ONNXIFI_STATUS_INTERNAL_ERROR:
      return kExitPluginFailed;
    default:
      break;
  }
  switch (step) {
    case Step::kLoad:
      return kExitPluginRejected;
    case Step::kCompile:
      return kExitModelRejected;
    case Step::kBind:
      return IsRefusal(code) ? kExitModelRejected : kExitUsage;
    case Step::kRun:
      return kExitPluginFailed;
  }
  return kExitPluginFailed;
}

void Print(const char* code, const std::string& message) {
  std::fprintf(stderr, "onnxifi: %s %s\n", code, message.c_str());
}

}  // namespace

int ReportFailure(const Status& status, Step step) {
  std::array<char, 32> code{};
  std::snprintf(code.data(), code.size(), "ONNXIFI-E%04X",
                static_cast<unsigned>(status.code()));
  Print(code.data(), StatusName(status.code()) + ": " + status.message());
  return ExitFor(status.code(), step);
}

int ReportError(int number, const std::string& message, ExitCode code) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "ONNXIFI-E%04d", number);
  Print(text.data(), message);
  return code;
}

}  // namespace onnxifi::client
