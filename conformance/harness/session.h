#ifndef ONNXIFI_CONFORMANCE_HARNESS_SESSION_H_
#define ONNXIFI_CONFORMANCE_HARNESS_SESSION_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "conformance/harness/guarded_buffer.h"
#include "conformance/harness/probe_model.h"
#include "conformance/harness/test.h"

namespace onnxifi::conformance {

// A backend of the plugin and what a test makes of it. Whatever is still there
// at the end is released in the right order, and each release must succeed. All
// calls that fail here are failures of the test, and give NULL. Events go before
// graphs: a run that a failed test has never let begin ends with its event, and
// its graph can be released.
// Thread-compatible; several may exist at once.
class Session {
 public:
  explicit Session(Test& test);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // False: the test has failed and must return.
  bool ready() const { return id_ != nullptr; }
  const Plugin& plugin() const { return test_.plugin(); }
  onnxBackendID id() const { return id_; }
  const std::vector<onnxBackendID>& all_ids() const { return ids_; }
  // The backend, made when it is first asked for.
  onnxBackend backend();
  // One more backend of the same device.
  onnxBackend NewBackend();

  // A model of one operator that the backend runs, chosen among a few; the
  // test fails without one.
  const ProbeModel* model();
  onnxGraph NewGraph(std::span<const char> model);
  onnxEvent NewEvent();
  // An event that was signalled: gates nothing.
  onnxEvent NewSignalledEvent();
  // The session releases what the plugin gave to the test itself...
  void OwnGraph(onnxGraph graph) { graphs_.push_back(graph); }
  void OwnEvent(onnxEvent event) { events_.push_back(event); }
  // ...and no more what the test has released.
  void DisownGraph(onnxGraph graph);
  void DisownEvent(onnxEvent event);
  void DisownBackend(onnxBackend backend);

  // Binds the probe model's tensors to `graph`, and runs it once to its end.
  // False: the test has failed.
  bool Bind(onnxGraph graph, ProbeTensors& tensors);
  bool Run(onnxGraph graph);
  // Starts a run behind `gate`; the output event, or NULL.
  onnxEvent Start(onnxGraph graph, onnxEvent gate);

  // Whether the backend claims all of these ONNXIFI_CAPABILITY_* bits.
  bool Can(uint64_t capabilities) const;
  // Whether the session knows `value` as one of its live handles.
  bool Holds(const void* value) const;
  uint64_t InfoNumber(onnxBackendInfo selector, uint64_t fallback) const;
  std::string InfoText(onnxBackendInfo selector) const;

 private:
  Test& test_;
  std::vector<onnxBackendID> ids_;
  onnxBackendID id_ = nullptr;
  std::vector<onnxBackend> backends_;
  std::vector<onnxGraph> graphs_;
  std::vector<onnxEvent> events_;
  const ProbeModel* model_ = nullptr;
};

// Whether a model is accepted, with or without the reservation that it will be
// slow.
inline bool Accepted(onnxStatus status) {
  return status == ONNXIFI_STATUS_SUCCESS || status == ONNXIFI_STATUS_FALLBACK;
}
// A fence of an event, as onnxRunGraph takes it.
onnxMemoryFenceV1 EventFence(onnxEvent event);
// Descriptor of a tensor in host memory.
onnxTensorDescriptorV1 Describe(const char* name, onnxEnum type,
                                std::span<const uint64_t> shape,
                                const void* data);

}  // namespace onnxifi::conformance

#endif  // ONNXIFI_CONFORMANCE_HARNESS_SESSION_H_
