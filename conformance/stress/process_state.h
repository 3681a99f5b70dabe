#ifndef ONNXIFI_CONFORMANCE_STRESS_PROCESS_STATE_H_
#define ONNXIFI_CONFORMANCE_STRESS_PROCESS_STATE_H_

#include <string>
#include <utility>
#include <vector>

namespace onnxifi::conformance {

// What belongs to the host and not to a library: settings of the process and of
// the calling thread, each as a text.
class ProcessState {
 public:
  static ProcessState Now();
  // "locale LC_NUMERIC was 'C' and is 'de_DE'", the first few differences;
  // empty when all is as it was.
  std::string ChangedTo(const ProcessState& now) const;
  // What a program that has set nothing itself must find; empty: it does.
  static std::string NotFresh();

 private:
  void Add(std::string name, std::string value) {
    facts_.emplace_back(std::move(name), std::move(value));
  }
  void AddLocale();
  void AddFloatingPoint();
  void AddSignals();
  void AddFiles();
  void AddLimits();
  void AddThread();
  void AddEnvironment();

  std::vector<std::pair<std::string, std::string>> facts_;
};

}  // namespace onnxifi::conformance

#endif  // ONNXIFI_CONFORMANCE_STRESS_PROCESS_STATE_H_
