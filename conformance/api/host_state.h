#ifndef ONNXIFI_CONFORMANCE_API_HOST_STATE_H_
#define ONNXIFI_CONFORMANCE_API_HOST_STATE_H_

#include <string>
#include <utility>
#include <vector>

#include "base/status.h"

namespace onnxifi::conformance {

// What belongs to the host and not to a library that it has loaded: named parts
// as texts, of the calling thread where they are of a thread.
class HostState {
 public:
  static HostState Now();
  // The first part that differs, with both texts; empty: nothing.
  std::string Difference(const HostState& later) const;

 private:
  std::vector<std::pair<std::string, std::string>> parts_;
};

// Standard output goes to a file while it exists. One at a time.
class CapturedOutput {
 public:
  static Result<CapturedOutput> Start();
  ~CapturedOutput();
  CapturedOutput(CapturedOutput&& other) noexcept;
  CapturedOutput& operator=(CapturedOutput&& other) = delete;

  // Ends it, and gives what was written, cut to a line for people.
  std::string Stop();

 private:
  CapturedOutput(int saved, int file) : saved_(saved), file_(file) {}

  int saved_;
  int file_;
};

// Of this process, now.
size_t ThreadCount();
size_t DescriptorCount();
size_t ResidentBytes();

}  // namespace onnxifi::conformance

#endif  // ONNXIFI_CONFORMANCE_API_HOST_STATE_H_
