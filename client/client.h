#ifndef ONNXIFI_CLIENT_CLIENT_H_
#define ONNXIFI_CLIENT_CLIENT_H_

#include <onnxifi/onnxifi.h>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"
#include "client/host_value.h"
#include "client/interface.h"

namespace onnxifi::client {

// "UNSUPPORTED_OPERATOR", or "status 0x1234" for a value outside the interface.
std::string StatusName(onnxStatus status);

// True for the codes that say "not here", as opposed to "wrong": 0x02xx.
bool IsRefusal(onnxStatus status);

// OK for SUCCESS and FALLBACK; else the code with the text that the plugin or
// the loader gives for it, or the code's name when there is none.
Status CallStatus(onnxStatus code);

// The backends there are, through the loader. Releases their IDs at the end.
// Move-only; thread-compatible.
class BackendList {
 public:
  static Result<BackendList> Open();
  ~BackendList();
  BackendList(BackendList&& other) noexcept : ids_(std::move(other.ids_)) {
    other.ids_.clear();
  }
  BackendList& operator=(BackendList&& other) noexcept {
    std::swap(ids_, other.ids_);
    return *this;
  }

  const std::vector<onnxBackendID>& ids() const { return ids_; }

 private:
  explicit BackendList(std::vector<onnxBackendID> ids) : ids_(std::move(ids)) {}
  std::vector<onnxBackendID> ids_;
};

// Values of onnxGetBackendInfo; nothing when the backend does not tell, or
// tells a value of another size.
std::optional<std::string> InfoText(onnxBackendID id, onnxBackendInfo selector);
std::optional<uint64_t> InfoNumber(onnxBackendID id, onnxBackendInfo selector);

// One ABI handle and its release function. Move-only; thread-compatible.
template <typename Handle, onnxStatus (*kRelease)(Handle)>
class Owned {
 public:
  Owned() = default;
  explicit Owned(Handle handle) : handle_(handle) {}
  ~Owned() { reset(); }
  Owned(Owned&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  Owned& operator=(Owned&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  Handle get() const { return handle_; }
  void reset() {
    if (handle_ != Handle{}) static_cast<void>(kRelease(handle_));
    handle_ = Handle{};
  }

 private:
  Handle handle_{};
};

// An initialised backend; tolerant (empty tensors allowed) where the plugin
// knows that property.
using Backend = Owned<onnxBackend, onnxReleaseBackend>;
Result<Backend> InitBackend(onnxBackendID id);

using Event = Owned<onnxEvent, onnxReleaseEvent>;

// A compiled model and its bound memory. Move-only; one thread at a time. The
// backend must outlive it.
class CompiledGraph {
 public:
  // Through interface 1.1 where it is given, for values that descriptors of 1.0
  // cannot carry. `weights` belong to a model without initializers.
  static Result<CompiledGraph> Compile(
      const Backend& backend, std::span<const std::byte> model,
      const std::optional<Interface>& interface = std::nullopt,
      std::span<const onnxTensorDescriptorV1> weights = {});

  // Binds the memory of the values, which must be tensors of numbers and stay
  // until the last run.
  Status Bind(std::span<const HostValue> inputs, std::span<HostValue> outputs);
  // One run to its end. The inputs are read when it starts.
  Status Run();
  // One run without bound memory. Works for every graph.
  Result<std::vector<HostValue>> RunValues(const Interface& interface,
                                           std::span<const HostValue> inputs) {
    return interface.RunValues(graph_.get(), inputs);
  }

 private:
  using Handle = Owned<onnxGraph, onnxReleaseGraph>;
  CompiledGraph(Handle graph, Event ready)
      : ready_(std::move(ready)), graph_(std::move(graph)) {}

  Event ready_;  // signalled for ever: gates every run
  Handle graph_;
};

// How the user names backends and plugins.
struct BackendChoice {
  // Index, name or part of a name in any case; empty: the first backend that
  // is not the null one.
  std::string backend;
  std::string plugin;  // file; empty: what the loader discovers
};

// Tells the loader to use the one plugin. Before the first ABI call.
Status UsePlugin(const BackendChoice& choice);

// The chosen backend among `list`; BACKEND_UNAVAILABLE when there is none.
Result<onnxBackendID> ChooseBackend(const BackendList& list,
                                    const BackendChoice& choice);

}  // namespace onnxifi::client

#endif  // ONNXIFI_CLIENT_CLIENT_H_
