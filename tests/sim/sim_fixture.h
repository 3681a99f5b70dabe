#ifndef ONNXIFI_TESTS_SIM_SIM_FIXTURE_H_
#define ONNXIFI_TESTS_SIM_SIM_FIXTURE_H_

#include <gtest/gtest.h>
#include <onnxifi/onnxifi.h>
#include <onnxifi/onnxifi_ext.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/model_builder.h"
#include "client/client.h"

namespace onnxifi::sim {

inline constexpr char kCpu[] = "ONNXIFI CPU";

std::span<const std::byte> Bytes(const std::string& text);

client::HostValue Floats(const std::string& name, const graph::Shape& dims,
                         const std::vector<float>& values);
client::HostValue Zeros(const std::string& name, graph::DataType type,
                        const graph::Shape& dims);
std::vector<float> FloatsOf(const client::HostValue& value);

// y = ops(x), each a unary operator; nodes are named "node0" and so on. x and y
// are floats.
std::string UnaryModel(const std::vector<std::string>& ops,
                       const wire::Dims& dims = {2, 3});
// y = x + w with 24 bytes of w.
std::string WeightModel();
// y = NonZero(x), whose shape follows from data: it runs value by value.
std::string NonZeroModel();

// One compiled graph with bound buffers.
class BoundGraph {
 public:
  // Fills the status when something fails.
  BoundGraph(const client::Backend& backend, const std::string& model,
             std::vector<client::HostValue> inputs,
             std::vector<client::HostValue> outputs);

  const Status& status() const { return status_; }
  Status Run();
  const client::HostValue& output(size_t i) const { return outputs_[i]; }
  std::vector<float> floats() const { return FloatsOf(outputs_[0]); }

 private:
  std::vector<client::HostValue> inputs_;
  std::vector<client::HostValue> outputs_;
  Status status_;
  std::optional<client::CompiledGraph> graph_;
};

// What queryGraph says.
struct Answer {
  uint32_t support = 0;
  onnxStatus status = 0;
  int32_t group = 0;
  std::string reason;
  uint64_t host_inputs = 0;
  int64_t cost_ns = 0;
  int64_t workspace_bytes = 0;
};

// A client of libonnxifi.so.1 that sees the CPU backend and the devices of one
// machine, in sim_fixture.cc; each test that has a fault has a device of its
// own, as runs are counted for the process.
class SimTest : public testing::Test {
 protected:
  void SetUp() override;

  onnxBackendID Id(const std::string& name) const;
  client::Backend Open(const std::string& name) const;
  client::Interface InterfaceOf(const std::string& name) const;
  // y = ops(kInput) with its buffers.
  static BoundGraph Unary(const client::Backend& backend,
                          const std::vector<std::string>& ops);
  // What the CPU backend computes for it.
  std::vector<float> Expected(const std::vector<std::string>& ops) const;
  // The code of onnxGetBackendCompatibility.
  onnxStatus Check(const std::string& name, const std::string& model) const;
  onnxStatus Query(const std::string& name, const std::string& model,
                   std::vector<Answer>* answers) const;

  // For UnaryModel.
  static const std::vector<float> kInput;

 private:
  std::optional<client::BackendList> list_;
};

}  // namespace onnxifi::sim

#endif  // ONNXIFI_TESTS_SIM_SIM_FIXTURE_H_
