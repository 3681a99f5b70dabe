#ifndef ONNXIFI_CONFORMANCE_CASES_PLUGIN_MODEL_H_
#define ONNXIFI_CONFORMANCE_CASES_PLUGIN_MODEL_H_

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "client/host_value.h"
#include "client/model_info.h"
#include "conformance/harness/session.h"
#include "conformance/harness/test.h"

namespace onnxifi::conformance {

using client::HostTensor;
using client::HostValue;

// A model on the plugin, from the question whether it runs to runs of it. What
// the plugin must do is checked on the way; a refusal that is allowed makes the
// test UNSUPPORTED. The model's bytes are gone when it is compiled, inputs
// cannot be written, outputs start as poison, and nothing around any of them
// can be touched. Thread-compatible.
class PluginModel {
 public:
  // What the model is compiled and run by: what carries its values; or one of
  // the two, for models that either carries, when the plugin has it.
  enum class Way { kBest, kDescriptors, kValues };

  // Must not outlive the session.
  PluginModel(Test& test, Session& session, std::string_view model,
              Way way = Way::kBest);
  ~PluginModel();
  PluginModel(const PluginModel&) = delete;
  PluginModel& operator=(const PluginModel&) = delete;

  // False: it was refused, or the test has failed.
  bool ready() const { return graph_ != nullptr; }
  bool refused() const { return refused_; }
  const client::ModelInfo& info() const { return info_; }
  const std::vector<client::ValueInfo>& inputs() const { return inputs_; }
  bool by_values() const { return by_values_; }
  // Whether the plugin also runs the model on values.
  bool can_run_values() const { return interface_.has_value(); }
  onnxGraph graph() const { return graph_; }

  struct RunOptions {
    GuardedBuffer::Guard guard = GuardedBuffer::Guard::kBehind;
    bool values = false;    // although descriptors carry everything
    bool may_fail = false;  // with an error, for inputs that nobody has checked
  };
  // One run. `like` has the types and shapes of the outputs, which descriptors
  // need. Nothing: the run has failed, and the test with it.
  std::optional<std::vector<HostValue>> Run(std::span<const HostValue> inputs,
                                            std::span<const HostValue> like,
                                            const RunOptions& options);

 private:
  void Ask(std::span<const std::byte> model);
  onnxStatus Compatibility(std::span<const std::byte> model) const;
  onnxStatus Init(std::span<const std::byte> model, onnxGraph* graph);
  void Refused(std::span<const std::byte> model, onnxStatus answer);
  void CheckReason(const char* call);
  bool Bind(std::span<const HostValue> inputs, std::span<const HostValue> like,
            const RunOptions& options);
  std::optional<std::vector<HostValue>> RunBound(
      std::span<const HostValue> inputs, std::span<const HostValue> like,
      const RunOptions& options);
  std::optional<std::vector<HostValue>> RunValues(
      std::span<const HostValue> inputs, const RunOptions& options);
  void RunFailed(const char* call, onnxStatus status,
                 const RunOptions& options);

  Test& test_;
  Session& session_;
  client::ModelInfo info_;
  std::vector<client::ValueInfo> inputs_;
  std::optional<onnxPluginInterface> interface_;  // when it can run values
  bool by_values_ = false;
  bool refused_ = false;
  onnxGraph graph_ = nullptr;
  // Memory that is bound must stay until other memory is, or the graph is gone.
  std::vector<GuardedBuffer> bound_inputs_;
  std::vector<GuardedBuffer> bound_outputs_;
};

// Whether two values have the same kind, type, shape and bytes.
bool SameBytes(const HostValue& a, const HostValue& b);
bool SameBytes(std::span<const HostValue> a, std::span<const HostValue> b);

}  // namespace onnxifi::conformance

#endif  // ONNXIFI_CONFORMANCE_CASES_PLUGIN_MODEL_H_
