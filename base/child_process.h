#ifndef ONNXIFI_BASE_CHILD_PROCESS_H_
#define ONNXIFI_BASE_CHILD_PROCESS_H_

#include <chrono>
#include <cstdint>
#include <string>

namespace onnxifi {

// How a child process that was asked something ended.
struct ChildAnswer {
  enum class End : uint8_t {
    kAnswered,    // with a line
    kExited,      // without one; `code` is its status, or -1
    kCrashed,     // by signal `code`
    kLate,        // it was killed
    kNotStarted,  // no memory, processes or files left
  };
  End end = End::kNotStarted;
  std::string line;  // without its end
  int code = 0;
};

// Set to 1 in the environment of such a process: our loader finds nothing there, and
// a plugin does not touch the drivers of others.
inline constexpr const char kTrialVariable[] = "ONNXIFI_PROBE_CHILD";

// Runs `program` with one argument, and reads the line that it writes to
// descriptor 3. It gets no standard streams and a
// process group of its own, which is killed when the line is there or the time
// over. Threading: safe; does not fork, so that other threads of the host may do
// what they want.
ChildAnswer AskChild(const std::string& program, const std::string& argument,
                     std::chrono::milliseconds timeout);

// The descriptor that the child writes to.
inline constexpr int kChildAnswerFd = 3;

}  // namespace onnxifi

#endif  // ONNXIFI_BASE_CHILD_PROCESS_H_
