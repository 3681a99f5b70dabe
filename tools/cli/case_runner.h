#ifndef ONNXIFI_TOOLS_CLI_CASE_RUNNER_H_
#define ONNXIFI_TOOLS_CLI_CASE_RUNNER_H_

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/status.h"
#include "client/case_set.h"
#include "client/client.h"
#include "client/interface.h"
#include "client/model_info.h"

namespace onnxifi::client {

enum class Outcome { kPassed, kFailed, kRefused, kCrashed };
const char* OutcomeName(Outcome outcome);

// What became of one case.
struct CaseResult {
  Outcome outcome = Outcome::kFailed;
  // Groups equal reasons: an ABI status, NOT_CARRIED, COMPARISON, TEST_DATA,
  // TIMEOUT, SIGNAL; empty when passed.
  std::string code;
  std::string text;
  // Refused although onnxGetBackendCompatibility had said yes.
  bool broken_promise = false;
  double max_rel_error = 0;
  double milliseconds = 0;
};

// Runs test cases on one backend through the ABI: by descriptors of 1.0 where
// they can carry everything, else on values of 1.1 where the backend has them.
// Thread-compatible.
class CaseRunner {
 public:
  static Result<std::unique_ptr<CaseRunner>> Open(const BackendChoice& choice);

  CaseResult Run(const TestCase& test) const;
  // Name of the backend, as it tells it.
  const std::string& backend_name() const { return name_; }

 private:
  CaseRunner(BackendList list, onnxBackendID id, Backend backend,
             std::string name)
      : list_(std::move(list)),
        id_(id),
        interface_(Interface::Find(id)),
        backend_(std::move(backend)),
        name_(std::move(name)) {
    if (interface_.has_value() && !interface_->complete()) interface_.reset();
  }

  CaseResult RunModel(const TestCase& test) const;
  CaseResult RunAll(const TestCase& test, const ModelInfo& model,
                    const std::optional<Interface>& interface,
                    CompiledGraph& graph) const;
  CaseResult RunData(const TestCase& test, const CaseData& data,
                     const ModelInfo& model,
                     const std::optional<Interface>& interface,
                     CompiledGraph& graph) const;

  BackendList list_;
  onnxBackendID id_;
  std::optional<Interface> interface_;  // when it can run models on values
  Backend backend_;
  std::string name_;
};

}  // namespace onnxifi::client

#endif  // ONNXIFI_TOOLS_CLI_CASE_RUNNER_H_
