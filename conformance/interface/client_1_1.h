#ifndef ONNXIFI_CONFORMANCE_INTERFACE_CLIENT_1_1_H_
#define ONNXIFI_CONFORMANCE_INTERFACE_CLIENT_1_1_H_

#include <onnxifi/onnxifi_ext.h>
#include <pthread.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "client/host_value.h"
#include "conformance/harness/session.h"
#include "conformance/harness/test.h"

namespace onnxifi::conformance {

// A call that was carried out, perhaps slower than native.
inline bool Done(onnxStatus status) {
  return status == ONNXIFI_STATUS_SUCCESS || status == ONNXIFI_STATUS_FALLBACK;
}

// For calls whose status says nothing: static_cast<void> does not silence the
// compiler there.
inline void Ignore(onnxStatus) {}

// Takes the outputs of runValues, with everything that the interface says of
// how they come. Lives on the thread of the call.
struct Outputs {
  std::vector<client::HostValue> values;
  std::vector<const void*> data;  // where each lay
  int calls = 0;
  onnxStatus answer = ONNXIFI_STATUS_SUCCESS;  // to every output
  std::string problem;                         // the first one
  pthread_t thread = ::pthread_self();

  static onnxStatus ONNXIFI_ABI Take(void* context, uint32_t index,
                                     const onnxValue* value);
};

// A backend of the plugin as a client of interface 1.1 sees it. What is not
// offered makes the test UNSUPPORTED. Thread-compatible.
class Client11 {
 public:
  explicit Client11(Test& test);

  // False: the test is over.
  bool ready() const { return ready_; }
  // Whether the plugin has a function of the table; else the test is over.
  template <typename Function>
  bool Offers(Function function, const char* name) {
    if (ready_ && function == nullptr) NotOffered(name);
    return ready_ && function != nullptr;
  }
  // The test is over: the plugin need not do it.
  void Unsupported(const std::string& what);

  Session& session() { return session_; }
  Test& test() { return test_; }
  const Plugin& plugin() const { return test_.plugin(); }
  const onnxPluginInterface& table() const { return table_; }
  onnxBackendID id() const { return session_.id(); }
  // What the plugin tells of the last failure, for texts.
  std::string LastError() const { return plugin().LastError(session_.id()); }

  // Status of checkModel.
  onnxStatus Check(const std::string& model);
  // Whether the backend takes the model; needs checkModel.
  bool Takes(const std::string& model) { return Done(Check(model)); }
  onnxInitGraphArguments InitArguments(const std::string& model,
                                       onnxGraph* graph);
  // Of initGraph; the session releases it. NULL: the test has failed.
  onnxGraph NewGraph(const std::string& model);
  onnxGraph NewContext(onnxGraph graph);
  // One call of runValues. Failures in how outputs come fail the test.
  onnxStatus Run(onnxGraph graph, std::span<const client::HostValue> inputs,
                 Outputs* outputs);
  onnxStatus Run(onnxGraph graph, std::span<const onnxValue> inputs,
                 Outputs* outputs);
  static onnxRunValuesArguments RunArguments(onnxGraph graph,
                                             std::span<const onnxValue> inputs,
                                             Outputs* outputs);
  // A run that must succeed and deliver these; false: the test has failed.
  bool RunsTo(onnxGraph graph, std::span<const client::HostValue> inputs,
              std::span<const client::HostValue> wanted, const char* what);
  // Runs the probe model of the session on values.
  bool RunsProbe(onnxGraph graph, const char* what);

 private:
  void NotOffered(const char* name);

  Test& test_;
  Session session_;
  onnxPluginInterface table_ = {};
  bool ready_ = false;
};

// Arguments with the members that all structures begin with.
template <typename Arguments>
Arguments New() {
  Arguments arguments = {};
  arguments.structSize = sizeof(arguments);
  return arguments;
}

// A structure of a later version: more members behind, which this one does not
// know. They are junk, and must not be looked at.
template <typename Structure>
struct Later {
  explicit Later(const Structure& now) : known(now) {
    std::memset(junk, 0xdb, sizeof(junk));
    known.structSize = sizeof(*this);
  }
  Structure known;
  unsigned char junk[64];
};

// Handles that are none: each of a kind of its own.
struct NoHandle {
  const char* what;
  void* value;
};
// NULL, memory of the client, and an address that is none.
std::span<const NoHandle> NoHandles();

// Values, with their memory.
client::HostValue TensorValue(const std::string& name, int32_t type,
                              const graph::Shape& shape, const void* bytes,
                              size_t size);
client::HostValue FloatValue(const std::string& name, const graph::Shape& shape,
                             const std::vector<float>& elements);
client::HostValue IntValue(const std::string& name, const graph::Shape& shape,
                           const std::vector<int64_t>& elements);
client::HostValue StringValue(const std::string& name,
                              const graph::Shape& shape,
                              const std::vector<std::string>& elements);
client::HostValue SequenceValue(const std::string& name,
                                std::vector<client::HostValue> elements);
client::HostValue OptionalValue(const std::string& name,
                                std::vector<client::HostValue> elements);
client::HostValue MapValue(const std::string& name, client::HostValue keys,
                           client::HostValue values);
// A vector of values, which cannot be copied.
template <typename... Values>
std::vector<client::HostValue> ListOf(Values&&... values) {
  std::vector<client::HostValue> list;
  (list.push_back(std::forward<Values>(values)), ...);
  return list;
}

// TypeProto bytes.
std::string OptionalType(const std::string& element);
std::string MapType(int32_t key, const std::string& value);
// A model that gives its input "x" of any type back as "y".
std::string IdentityModel(const std::string& type, int64_t ir_version = 8,
                          int64_t opset = 17);

// CLOCK_MONOTONIC.
uint64_t NowNs();
inline uint64_t InMs(int64_t ms) {
  return NowNs() + static_cast<uint64_t>(ms * 1000000);
}

}  // namespace onnxifi::conformance

#endif  // ONNXIFI_CONFORMANCE_INTERFACE_CLIENT_1_1_H_
