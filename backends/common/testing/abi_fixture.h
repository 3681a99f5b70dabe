#ifndef ONNXIFI_BACKENDS_COMMON_TESTING_ABI_FIXTURE_H_
#define ONNXIFI_BACKENDS_COMMON_TESTING_ABI_FIXTURE_H_

#include <gtest/gtest.h>
#include <onnxifi/onnxifi.h>
#include <onnxifi/onnxifi_ext.h>

#include <cstdint>
#include <string>
#include <vector>

#include "backends/common/testing/fake_backend.h"
#include "base/model_builder.h"

namespace onnxifi::testing {

// The models that the conformance checklist names.
namespace models {
std::string Add();
std::string Two();
std::string WeightByDescriptor();
std::string WeightByInitializer();
std::string Scalar();
std::string Symbolic();
std::string Bool();
std::string BadOperator();
std::string NewOpset();
std::string NewIr();
std::string BadShape();
std::string BadType();
std::string Junk();
std::string NoGraph();
}  // namespace models

constexpr onnxEnum kBoolType = 9;

// A descriptor with its name and shape.
struct Tensor {
  std::string name;
  std::vector<uint64_t> shape;
  onnxEnum type;
  const void* data;

  onnxTensorDescriptorV1 Descriptor() const;
};
std::vector<onnxTensorDescriptorV1> Descriptors(
    const std::vector<Tensor>& tensors);

onnxMemoryFenceV1 EventFence(onnxEvent event = nullptr);

// A value that no function may take for a handle.
void* Garbage();

// A client of the plugin linked into the test: IDs and a backend of device 0.
// Everything is released at the end, and every status is checked.
class AbiTest : public ::testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override;

  onnxBackend NewBackend(onnxBackendID id, bool tolerant = false);
  // A graph on `backend`; released by the fixture.
  onnxGraph NewGraph(const std::string& model, onnxBackend backend = nullptr);
  onnxEvent NewEvent();
  onnxStatus InitGraph(const std::string& model, onnxGraph* graph,
                       const std::vector<onnxTensorDescriptorV1>& weights = {},
                       onnxBackend backend = nullptr);
  onnxStatus SetIO(onnxGraph graph, const std::vector<Tensor>& inputs,
                   const std::vector<Tensor>& outputs);
  // Accepts a run; the output event is released by the fixture.
  onnxEvent Run(onnxGraph graph, onnxEvent input);
  // Bind, run, signal, wait.
  onnxStatus RunOnce(onnxGraph graph, const std::vector<Tensor>& inputs,
                     const std::vector<Tensor>& outputs);
  onnxEventState State(onnxEvent event);
  std::string LastError();
  // Takes an object out of the fixture's care.
  void Forget(void* handle);

  onnxBackendID id_ = nullptr;        // device 0
  onnxBackendID other_id_ = nullptr;  // device 1
  onnxBackend backend_ = nullptr;     // of device 0

 private:
  std::vector<onnxBackend> backends_;
  std::vector<onnxGraph> graphs_;
  std::vector<onnxEvent> events_;
};

// The canonical "add" graph with its buffers, bound.
class AddTest : public AbiTest {
 protected:
  void SetUp() override;
  std::vector<Tensor> Inputs() const;
  std::vector<Tensor> Outputs() const;
  void ExpectSum() const;
  bool OutputUntouched() const;

  static constexpr float kUntouched = -77;
  onnxGraph graph_ = nullptr;
  std::vector<float> a_ = {1, 2, 3, 4, 5, 6};
  std::vector<float> b_ = {10, 20, 30, 40, 50, 60};
  std::vector<float> c_ = std::vector<float>(6, kUntouched);
};

}  // namespace onnxifi::testing

#endif  // ONNXIFI_BACKENDS_COMMON_TESTING_ABI_FIXTURE_H_
