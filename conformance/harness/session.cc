#include "conformance/harness/session.h"

#include <algorithm>

namespace onnxifi::conformance {
namespace {

// A plugin with more backends is not believed.
constexpr size_t kMaxBackends = 4096;

template <typename Handle>
void Remove(std::vector<Handle>* from, Handle handle) {
  from->erase(std::remove(from->begin(), from->end(), handle), from->end());
}

}  // namespace

onnxMemoryFenceV1 EventFence(onnxEvent event) {
  onnxMemoryFenceV1 fence = {};
  fence.tag = ONNXIFI_TAG_MEMORY_FENCE_V1;
  fence.type = ONNXIFI_SYNCHRONIZATION_EVENT;
  fence.event = event;
  return fence;
}

onnxTensorDescriptorV1 Describe(const char* name, onnxEnum type,
                                std::span<const uint64_t> shape,
                                const void* data) {
  onnxTensorDescriptorV1 tensor = {};
  tensor.tag = ONNXIFI_TAG_TENSOR_DESCRIPTOR_V1;
  tensor.name = name;
  tensor.dataType = type;
  tensor.memoryType = ONNXIFI_MEMORY_TYPE_CPU;
  tensor.dimensions = static_cast<uint32_t>(shape.size());
  tensor.shape = shape.data();
  tensor.buffer = reinterpret_cast<onnxPointer>(data);
  return tensor;
}

Session::Session(Test& test) : test_(test) {
  const Plugin& f = plugin();
  size_t count = 0;
  onnxStatus status = f.onnxGetBackendIDs(nullptr, &count);
  CERTIFY_CHECK(test_, status == ONNXIFI_STATUS_FALLBACK,
                "onnxGetBackendIDs without memory: ", StatusText(status));
  CERTIFY_CHECK(test_, count > 0 && count <= kMaxBackends, count, " backends");
  if (test_.failed()) return;
  ids_.resize(count);
  status = f.onnxGetBackendIDs(ids_.data(), &count);
  CERTIFY_CHECK(test_, status == ONNXIFI_STATUS_SUCCESS,
                "onnxGetBackendIDs: ", StatusText(status));
  const size_t index = test_.environment().backend;
  CERTIFY_CHECK(test_, index < ids_.size(), "no backend ", index, " among ",
                ids_.size());
  if (test_.failed()) {
    ids_.clear();
    return;
  }
  id_ = ids_[index];
}

Session::~Session() {
  const Plugin& f = plugin();
  for (onnxEvent event : events_) {
    CERTIFY_STATUS(test_, f.onnxReleaseEvent(event), ONNXIFI_STATUS_SUCCESS,
                   "at the end");
  }
  for (onnxGraph graph : graphs_) {
    CERTIFY_STATUS(test_, f.onnxReleaseGraph(graph), ONNXIFI_STATUS_SUCCESS,
                   "at the end");
  }
  for (onnxBackend backend : backends_) {
    CERTIFY_STATUS(test_, f.onnxReleaseBackend(backend), ONNXIFI_STATUS_SUCCESS,
                   "at the end");
  }
  for (onnxBackendID id : ids_) {
    CERTIFY_STATUS(test_, f.onnxReleaseBackendID(id), ONNXIFI_STATUS_SUCCESS,
                   "at the end");
  }
}

onnxBackend Session::backend() {
  return backends_.empty() ? NewBackend() : backends_.front();
}

onnxBackend Session::NewBackend() {
  onnxBackend made = nullptr;
  if (!ready()) return nullptr;
  CERTIFY_STATUS(test_, plugin().onnxInitBackend(id_, nullptr, &made),
                 ONNXIFI_STATUS_SUCCESS, plugin().LastError(id_));
  CERTIFY_CHECK(test_, made != nullptr, "onnxInitBackend gives NULL");
  if (made != nullptr) backends_.push_back(made);
  return made;
}

const ProbeModel* Session::model() {
  if (model_ != nullptr || !ready()) return model_;
  for (const ProbeModel& model : ProbeModels()) {
    if (Accepted(plugin().onnxGetBackendCompatibility(id_, model.bytes.size(),
                                                      model.bytes.data()))) {
      model_ = &model;
      return model_;
    }
  }
  CERTIFY_CHECK(test_, model_ != nullptr,
                "the backend runs none of Add, Mul, Relu, Neg, Abs and Identity"
                " of float in operator set 13: one is needed for the tests");
  return nullptr;
}

onnxGraph Session::NewGraph(std::span<const char> model) {
  onnxGraph made = nullptr;
  onnxBackend on = backend();
  if (on == nullptr) return nullptr;
  const onnxStatus status = plugin().onnxInitGraph(
      on, nullptr, model.size(), model.data(), 0, nullptr, &made);
  CERTIFY_CHECK(test_, Accepted(status), "onnxInitGraph: ", StatusText(status),
                ": ", plugin().LastError(id_));
  if (!Accepted(status)) return nullptr;
  CERTIFY_CHECK(test_, made != nullptr, "onnxInitGraph gives NULL");
  if (made != nullptr) graphs_.push_back(made);
  return made;
}

onnxEvent Session::NewEvent() {
  onnxEvent made = nullptr;
  onnxBackend on = backend();
  if (on == nullptr) return nullptr;
  CERTIFY_STATUS(test_, plugin().onnxInitEvent(on, &made),
                 ONNXIFI_STATUS_SUCCESS, plugin().LastError(id_));
  CERTIFY_CHECK(test_, made != nullptr, "onnxInitEvent gives NULL");
  if (made != nullptr) events_.push_back(made);
  return made;
}

onnxEvent Session::NewSignalledEvent() {
  onnxEvent made = NewEvent();
  if (made == nullptr) return nullptr;
  CERTIFY_STATUS(test_, plugin().onnxSignalEvent(made), ONNXIFI_STATUS_SUCCESS,
                 plugin().LastError(id_));
  return made;
}

void Session::DisownGraph(onnxGraph graph) { Remove(&graphs_, graph); }
void Session::DisownEvent(onnxEvent event) { Remove(&events_, event); }
void Session::DisownBackend(onnxBackend backend) {
  Remove(&backends_, backend);
}

bool Session::Bind(onnxGraph graph, ProbeTensors& tensors) {
  const onnxTensorDescriptorV1 x = Describe(
      "x", ONNXIFI_DATATYPE_FLOAT32, tensors.shape, tensors.x.bytes().data());
  const onnxTensorDescriptorV1 y = Describe(
      "y", ONNXIFI_DATATYPE_FLOAT32, tensors.shape, tensors.y.bytes().data());
  const onnxStatus status = plugin().onnxSetGraphIO(graph, 1, &x, 1, &y);
  CERTIFY_CHECK(test_, status == ONNXIFI_STATUS_SUCCESS,
                "onnxSetGraphIO: ", StatusText(status), ": ",
                plugin().LastError(id_));
  return status == ONNXIFI_STATUS_SUCCESS;
}

onnxEvent Session::Start(onnxGraph graph, onnxEvent gate) {
  const onnxMemoryFenceV1 from = EventFence(gate);
  onnxMemoryFenceV1 to = EventFence(nullptr);
  const onnxStatus status = plugin().onnxRunGraph(graph, &from, &to);
  CERTIFY_CHECK(test_, status == ONNXIFI_STATUS_SUCCESS,
                "onnxRunGraph: ", StatusText(status), ": ",
                plugin().LastError(id_));
  if (status != ONNXIFI_STATUS_SUCCESS) return nullptr;
  CERTIFY_CHECK(test_, to.event != nullptr, "onnxRunGraph gives no event");
  if (to.event != nullptr) events_.push_back(to.event);
  return to.event;
}

bool Session::Run(onnxGraph graph) {
  onnxEvent gate = NewSignalledEvent();
  if (gate == nullptr) return false;
  onnxEvent done = Start(graph, gate);
  if (done == nullptr) return false;
  const onnxStatus status = plugin().onnxWaitEvent(done);
  CERTIFY_CHECK(test_, status == ONNXIFI_STATUS_SUCCESS,
                "onnxWaitEvent: ", StatusText(status), ": ",
                plugin().LastError(id_));
  for (onnxEvent event : {done, gate}) {
    CERTIFY_STATUS(test_, plugin().onnxReleaseEvent(event),
                   ONNXIFI_STATUS_SUCCESS, "after a run");
    DisownEvent(event);
  }
  return status == ONNXIFI_STATUS_SUCCESS;
}

bool Session::Can(uint64_t capabilities) const {
  return (InfoNumber(ONNXIFI_BACKEND_CAPABILITIES, 0) & capabilities) ==
         capabilities;
}

bool Session::Holds(const void* value) const {
  const auto in = [value](const std::vector<void*>& handles) {
    return std::find(handles.begin(), handles.end(), value) != handles.end();
  };
  return in(ids_) || in(backends_) || in(graphs_) || in(events_);
}

uint64_t Session::InfoNumber(onnxBackendInfo selector,
                             uint64_t fallback) const {
  uint64_t value = 0;
  size_t size = sizeof(value);
  const onnxStatus status =
      plugin().onnxGetBackendInfo(id_, selector, &value, &size);
  return status == ONNXIFI_STATUS_SUCCESS && size == sizeof(value) ? value
                                                                   : fallback;
}

std::string Session::InfoText(onnxBackendInfo selector) const {
  char text[4096];
  size_t size = sizeof(text);
  if (plugin().onnxGetBackendInfo(id_, selector, text, &size) !=
          ONNXIFI_STATUS_SUCCESS ||
      size > sizeof(text)) {
    return "";
  }
  return std::string(text, size);
}

}  // namespace onnxifi::conformance
