#ifndef ONNXIFI_BASE_LOG_H_
#define ONNXIFI_BASE_LOG_H_

#include <string_view>

#include "base/str_cat.h"

namespace onnxifi {

// Numbers equal ONNXIFI_LOG_LEVEL_*: larger means more severe.
enum class LogLevel : int { kDebug = 1, kInfo = 2, kWarning = 3, kError = 4 };

// Receives every message of the level in force or above. May be called from
// any thread, never from two at once; must not log itself.
using LogSink = void (*)(void* context, LogLevel level, std::string_view text);

// Messages below `level` are dropped. Default: kWarning. One setting for the
// whole library. Thread-safe.
void SetLogLevel(LogLevel level);
bool LogEnabled(LogLevel level);

// Replaces the destination; nullptr restores the default: one line to
// standard error. Nothing is ever written to standard output. Thread-safe.
void SetLogSink(LogSink sink, void* context);

namespace log_internal {
void Write(LogLevel level, std::string_view text);
}  // namespace log_internal

// Logs its arguments joined by StrCat; costs one load when the level is off.
template <typename... Args>
void Log(LogLevel level, const Args&... args) {
  if (LogEnabled(level)) log_internal::Write(level, StrCat(args...));
}

}  // namespace onnxifi

#endif  // ONNXIFI_BASE_LOG_H_
