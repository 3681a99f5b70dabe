#ifndef ONNXIFI_BACKENDS_COMMON_TESTING_VALUES_FIXTURE_H_
#define ONNXIFI_BACKENDS_COMMON_TESTING_VALUES_FIXTURE_H_

#include <onnxifi/onnxifi_ext.h>

#include <cstdint>
#include <string>
#include <vector>

#include "backends/common/testing/abi_fixture.h"

namespace onnxifi::testing {

// Models that need values: "y" is made from "x".
namespace models {
std::string OptionalType(const std::string& element);
std::string MapType(int32_t key, const std::string& value);
std::string IdentityOf(const std::string& type);
std::string StringIdentity();    // of any length
std::string SequenceIdentity();  // of float32 lists
std::string NonZero();           // float32 list to int64 1xM
std::string CastMap();           // int64 to float32, to float32 1xM
std::string ZipMap();            // float32 Nx2 to N maps from "cat", "dog"
}  // namespace models

// A value with all its memory. Get() refers to it; so does what an element of
// another value refers to, which is copied when that value is made.
class TestValue {
 public:
  static TestValue Tensor(std::string name, uint32_t type,
                          std::vector<uint64_t> shape, std::string bytes);
  static TestValue Floats(std::string name, std::vector<uint64_t> shape,
                          const std::vector<float>& values);
  static TestValue Ints(std::string name, const std::vector<int64_t>& values);
  static TestValue Strings(std::string name, std::vector<uint64_t> shape,
                           std::vector<std::string> strings);
  static TestValue Of(std::string name, uint32_t kind,
                      std::vector<TestValue> elements);

  // Valid until the next change of the value.
  onnxValue Get() const;

 private:
  std::string name_;
  uint32_t kind_ = ONNXIFI_VALUE_KIND_TENSOR;
  uint32_t type_ = 0;
  std::vector<uint64_t> shape_;
  std::string bytes_;
  std::vector<std::string> strings_;
  std::vector<TestValue> elements_;
  mutable std::vector<onnxStringView> views_;
  mutable std::vector<onnxValue> values_;
};

// A copy of what a receiver got.
struct Received {
  uint32_t index = 0;
  std::string name;
  uint32_t kind = 0;
  uint32_t type = 0;
  std::vector<uint64_t> shape;
  std::string bytes;
  std::vector<std::string> strings;
  std::vector<Received> elements;

  std::vector<float> floats() const;
  std::vector<int64_t> ints() const;
};

// A client of interface 1.1.
class ValuesTest : public AbiTest {
 protected:
  void SetUp() override;
  void TearDown() override;

  onnxGetInterfaceFunction FindGetInterface(onnxBackendID id);
  static onnxHostInterface Host();

  onnxStatus Check(const std::string& model);
  onnxStatus Init(const std::string& model, onnxGraph* graph);
  // A graph of initGraph; released by the fixture.
  onnxGraph NewValueGraph(const std::string& model);
  onnxStatus Run(onnxGraph graph, const std::vector<onnxValue>& inputs,
                 std::vector<Received>* outputs);
  onnxStatus Run(onnxGraph graph, const std::vector<TestValue>& inputs,
                 std::vector<Received>* outputs);

  const onnxPluginInterface* table_ = nullptr;  // of device 0

 private:
  std::vector<onnxGraph> graphs_;
};

}  // namespace onnxifi::testing

#endif  // ONNXIFI_BACKENDS_COMMON_TESTING_VALUES_FIXTURE_H_
