#ifndef ONNXIFI_CONFORMANCE_RUNNER_RESULTS_FILE_H_
#define ONNXIFI_CONFORMANCE_RUNNER_RESULTS_FILE_H_

#include <string>

#include "base/status.h"
#include "conformance/runner/record.h"

namespace onnxifi::conformance {

// Results on disk while they come: each line is written and synced before the
// next test's. Move-only; one thread.
class ResultsFile {
 public:
  // A new file with its header; replaces an old one.
  static Result<ResultsFile> Create(const std::string& path,
                                    const RunHeader& header);
  // Goes on with a file, whose header must be the same; what it holds is in
  // `results`. A half-written last line is cut off.
  static Result<ResultsFile> Resume(const std::string& path,
                                    const RunHeader& header, Results* results);
  ~ResultsFile();
  ResultsFile(ResultsFile&& other) noexcept;
  ResultsFile& operator=(ResultsFile&& other) = delete;

  Status Append(const Record& record);

 private:
  explicit ResultsFile(int fd) : fd_(fd) {}
  Status Write(const std::string& line);

  int fd_;
};

}  // namespace onnxifi::conformance

#endif  // ONNXIFI_CONFORMANCE_RUNNER_RESULTS_FILE_H_
