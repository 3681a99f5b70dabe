#include "base/log.h"

#include <unistd.h>

#include <atomic>
#include <mutex>

namespace onnxifi {
namespace {

constinit std::atomic<int> g_level{static_cast<int>(LogLevel::kWarning)};
constinit std::mutex g_sink_mutex;
constinit LogSink g_sink = nullptr;
constinit void* g_sink_context = nullptr;

const char* LevelName(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarning:
      return "warning";
    case LogLevel::kError:
      return "error";
  }
  return "error";
}

}  // namespace

void SetLogLevel(LogLevel level) {
  g_level.store(static_cast<int>(level), std::memory_order_relaxed);
}

bool LogEnabled(LogLevel level) {
  return static_cast<int>(level) >= g_level.load(std::memory_order_relaxed);
}

void SetLogSink(LogSink sink, void* context) {
  const std::lock_guard<std::mutex> lock(g_sink_mutex);
  g_sink = sink;
  g_sink_context = context;
}

void log_internal::Write(LogLevel level, std::string_view text) {
  const std::lock_guard<std::mutex> lock(g_sink_mutex);
  if (g_sink != nullptr) {
    g_sink(g_sink_context, level, text);
    return;
  }
  // One write, so that lines of several processes do not mix.
  const std::string line =
      StrCat("onnxifi: ", LevelName(level), ": ", text, "\n");
  const ssize_t written = write(STDERR_FILENO, line.data(), line.size());
  static_cast<void>(written);  // there is no place left to report to
}

}  // namespace onnxifi
