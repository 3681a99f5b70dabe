#ifndef ONNXIFI_CONFORMANCE_API_PAIR_GRAPH_H_
#define ONNXIFI_CONFORMANCE_API_PAIR_GRAPH_H_

#include <optional>
#include <string>
#include <vector>

#include "conformance/api/api_kit.h"

namespace onnxifi::conformance {

// The arguments of onnxSetGraphIO, to be spoiled by a test.
struct IoCall {
  std::vector<onnxTensorDescriptorV1> inputs;
  std::vector<onnxTensorDescriptorV1> outputs;
  // Instead of the numbers of descriptors there are.
  std::optional<uint32_t> inputs_count;
  std::optional<uint32_t> outputs_count;
  bool null_inputs = false;
  bool null_outputs = false;

  uint32_t input_count() const {
    return inputs_count.value_or(static_cast<uint32_t>(inputs.size()));
  }
  uint32_t output_count() const {
    return outputs_count.value_or(static_cast<uint32_t>(outputs.size()));
  }
  const onnxTensorDescriptorV1* input_data() const {
    return null_inputs ? nullptr : inputs.data();
  }
  const onnxTensorDescriptorV1* output_data() const {
    return null_outputs ? nullptr : outputs.data();
  }
};

// A graph of PairModel, memory for it, and the calls that bind it. Must not
// outlive its session. Thread-compatible.
class PairGraph {
 public:
  PairGraph(Test& test, Session& session);

  // False: the test has failed.
  bool ready() const { return graph_ != nullptr; }
  onnxGraph graph() const { return graph_; }
  // Descriptors of x, w, y and z, as they should be.
  IoCall Good();
  onnxStatus Bind(const IoCall& call) const;
  // A run of what is bound behind an event that is signalled; its status, and
  // if that is SUCCESS, the run has come to its end.
  onnxStatus RunBound();
  // New values in the inputs, poison in the outputs.
  void Reset(float first);
  // Fails the test unless both outputs are what they should be.
  void CheckResults(std::string_view what);
  // Fails the test unless both outputs are poison.
  void CheckUntouched(std::string_view what);

  ProbeTensors& x_to_y() { return first_; }
  ProbeTensors& w_to_z() { return second_; }

 private:
  Test& test_;
  Session& session_;
  ProbeTensors first_;
  ProbeTensors second_;
  onnxGraph graph_ = nullptr;
};

}  // namespace onnxifi::conformance

#endif  // ONNXIFI_CONFORMANCE_API_PAIR_GRAPH_H_
