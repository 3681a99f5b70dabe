// Mutants that do not keep the life cycle of handles, and those of the
// extension functions.
#include <algorithm>
#include <cstring>
#include <map>
#include <mutex>
#include <string>

#include "conformance/mutants/mutant.h"

namespace onnxifi::mutants {
namespace {

// One instance of a backend is handed out again and again.
class OneBackend final : public Mutant {
 public:
  using Mutant::Mutant;
  onnxStatus onnxInitBackend(onnxBackendID id, const uint64_t* properties,
                             onnxBackend* backend) override {
    const onnxStatus status = base_.onnxInitBackend(id, properties, backend);
    if (status != ONNXIFI_STATUS_SUCCESS) return status;
    const std::lock_guard<std::mutex> lock(mutex_);
    if (only_ == nullptr) {
      only_ = *backend;
    } else {
      Ignore(base_.onnxReleaseBackend(*backend));
      *backend = only_;
    }
    return status;
  }
  onnxStatus onnxReleaseBackend(onnxBackend backend) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (backend == only_) only_ = nullptr;
    return base_.onnxReleaseBackend(backend);
  }

 private:
  std::mutex mutex_;
  onnxBackend only_ = nullptr;  // guarded by mutex_
};

// What was made from a backend dies with it.
class DieTogether final : public Mutant {
 public:
  enum class What { kGraphs, kEvents, kBackends };
  DieTogether(const BasePlugin& base, What what) : Mutant(base), what_(what) {}

  onnxStatus onnxInitGraph(onnxBackend backend, const uint64_t* properties,
                           size_t size, const void* model, uint32_t count,
                           const onnxTensorDescriptorV1* weights,
                           onnxGraph* graph) override {
    const onnxStatus status = base_.onnxInitGraph(backend, properties, size,
                                                  model, count, weights, graph);
    if (status == ONNXIFI_STATUS_SUCCESS && what_ == What::kGraphs) {
      Made(backend, *graph);
    }
    return status;
  }
  onnxStatus onnxInitEvent(onnxBackend backend, onnxEvent* event) override {
    const onnxStatus status = base_.onnxInitEvent(backend, event);
    if (status == ONNXIFI_STATUS_SUCCESS && what_ == What::kEvents) {
      Made(backend, *event);
    }
    return status;
  }
  onnxStatus onnxInitBackend(onnxBackendID id, const uint64_t* properties,
                             onnxBackend* backend) override {
    const onnxStatus status = base_.onnxInitBackend(id, properties, backend);
    if (status == ONNXIFI_STATUS_SUCCESS && what_ == What::kBackends) {
      Made(id, *backend);
    }
    return status;
  }
  onnxStatus onnxReleaseBackend(onnxBackend backend) override {
    for (void* child : Taken(backend)) {
      Ignore(what_ == What::kGraphs ? base_.onnxReleaseGraph(child)
                                    : base_.onnxReleaseEvent(child));
    }
    return base_.onnxReleaseBackend(backend);
  }
  onnxStatus onnxReleaseBackendID(onnxBackendID id) override {
    for (void* child : Taken(id)) Ignore(base_.onnxReleaseBackend(child));
    return base_.onnxReleaseBackendID(id);
  }

 private:
  void Made(void* parent, void* child) {
    const std::lock_guard<std::mutex> lock(mutex_);
    children_[parent].push_back(child);
  }
  std::vector<void*> Taken(void* parent) {
    const std::lock_guard<std::mutex> lock(mutex_);
    std::vector<void*> children = std::move(children_[parent]);
    children_.erase(parent);
    return children;
  }
  const What what_;
  std::mutex mutex_;
  std::map<void*, std::vector<void*>> children_;  // guarded by mutex_
};

// References to IDs: one release gives all back.
class OneReference final : public Mutant {
 public:
  using Mutant::Mutant;
  onnxStatus onnxReleaseBackendID(onnxBackendID id) override {
    const onnxStatus status = base_.onnxReleaseBackendID(id);
    while (base_.onnxReleaseBackendID(id) == ONNXIFI_STATUS_SUCCESS) {
    }
    return status;
  }
};

// A query of the number takes references, too.
class QueryTakesReference final : public Mutant {
 public:
  using Mutant::Mutant;
  onnxStatus onnxGetBackendIDs(onnxBackendID* ids, size_t* count) override {
    const onnxStatus status = base_.onnxGetBackendIDs(ids, count);
    if (status == ONNXIFI_STATUS_FALLBACK) {
      size_t more = *count;
      std::vector<onnxBackendID> taken(more);
      Ignore(base_.onnxGetBackendIDs(taken.data(), &more));
    }
    return status;
  }
};

// After the last reference the backend never comes back.
class GoneForEver final : public Mutant {
 public:
  using Mutant::Mutant;
  onnxStatus onnxGetBackendIDs(onnxBackendID* ids, size_t* count) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (gone_ && count != nullptr) {
      *count = 0;
      return ids == nullptr ? ONNXIFI_STATUS_FALLBACK : ONNXIFI_STATUS_SUCCESS;
    }
    return base_.onnxGetBackendIDs(ids, count);
  }
  onnxStatus onnxReleaseBackendID(onnxBackendID id) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    const onnxStatus status = base_.onnxReleaseBackendID(id);
    size_t size = 0;
    if (status == ONNXIFI_STATUS_SUCCESS &&
        base_.onnxGetBackendInfo(id, ONNXIFI_BACKEND_NAME, nullptr, &size) ==
            ONNXIFI_STATUS_INVALID_ID) {
      gone_ = true;
    }
    return status;
  }

 private:
  std::mutex mutex_;
  bool gone_ = false;  // guarded by mutex_
};

// Fewer graphs at one time than it says.
class OneGraph final : public Mutant {
 public:
  using Mutant::Mutant;
  onnxStatus onnxInitGraph(onnxBackend backend, const uint64_t* properties,
                           size_t size, const void* model, uint32_t count,
                           const onnxTensorDescriptorV1* weights,
                           onnxGraph* graph) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    const onnxStatus status = base_.onnxInitGraph(backend, properties, size,
                                                  model, count, weights, graph);
    if (status != ONNXIFI_STATUS_SUCCESS) return status;
    if (alive_ > 0) {
      Ignore(base_.onnxReleaseGraph(*graph));
      *graph = nullptr;
      return ONNXIFI_STATUS_NO_DEVICE_RESOURCES;
    }
    ++alive_;
    return status;
  }
  onnxStatus onnxReleaseGraph(onnxGraph graph) override {
    const onnxStatus status = base_.onnxReleaseGraph(graph);
    const std::lock_guard<std::mutex> lock(mutex_);
    if (status == ONNXIFI_STATUS_SUCCESS && alive_ > 0) --alive_;
    return status;
  }

 private:
  std::mutex mutex_;
  int alive_ = 0;  // guarded by mutex_
};

class AnyCase final : public Mutant {
 public:
  using Mutant::Mutant;
  onnxStatus onnxGetExtensionFunctionAddress(
      onnxBackendID id, const char* name,
      onnxExtensionFunctionPointer* function) override {
    const onnxStatus status =
        base_.onnxGetExtensionFunctionAddress(id, name, function);
    if (status != ONNXIFI_STATUS_UNIDENTIFIED_NAME) return status;
    constexpr const char* kNames[] = {"onnxGetExtensionFunctionAddress",
                                      "onnxSetIOAndRunGraph"};
    for (const char* known : kNames) {
      if (strcasecmp(known, name) == 0) {
        return base_.onnxGetExtensionFunctionAddress(id, known, function);
      }
    }
    return status;
  }
};

class BareNames final : public Mutant {
 public:
  using Mutant::Mutant;
  onnxStatus onnxGetExtensionFunctionAddress(
      onnxBackendID id, const char* name,
      onnxExtensionFunctionPointer* function) override {
    const onnxStatus status =
        base_.onnxGetExtensionFunctionAddress(id, name, function);
    if (status == ONNXIFI_STATUS_SUCCESS &&
        std::string_view(name) == "onnxSetIOAndRunGraphFunction") {
      *function = nullptr;
      return ONNXIFI_STATUS_UNIDENTIFIED_NAME;
    }
    return status;
  }
};

// The text of the last failure, changed.
onnxGetLastErrorFunction g_last_error = nullptr;

onnxStatus ONNXIFI_ABI NoText(char* text, size_t* size) {
  if (size == nullptr) return ONNXIFI_STATUS_INVALID_POINTER;
  const bool fits = text != nullptr && *size >= 1;
  *size = 1;
  if (fits) *text = '\0';
  return fits ? ONNXIFI_STATUS_SUCCESS : ONNXIFI_STATUS_FALLBACK;
}
onnxStatus ONNXIFI_ABI NoEnd(char* text, size_t* size) {
  const onnxStatus status = g_last_error(text, size);
  if (status == ONNXIFI_STATUS_SUCCESS) text[*size - 1] = 'x';
  return status;
}
onnxStatus ONNXIFI_ABI SizeOfText(char* text, size_t* size) {
  const onnxStatus status = g_last_error(text, size);
  if (status == ONNXIFI_STATUS_FALLBACK) --*size;
  return status;
}
onnxStatus ONNXIFI_ABI Cuts(char* text, size_t* size) {
  const size_t capacity = size == nullptr ? 0 : *size;
  const onnxStatus status = g_last_error(text, size);
  if (status != ONNXIFI_STATUS_FALLBACK || text == nullptr || capacity == 0) {
    return status;
  }
  std::string whole(*size, '\0');
  size_t all = whole.size();
  Ignore(g_last_error(whole.data(), &all));
  std::memcpy(text, whole.data(), capacity - 1);
  text[capacity - 1] = '\0';
  return status;
}

class LastError final : public Mutant {
 public:
  LastError(const BasePlugin& base, onnxGetLastErrorFunction with)
      : Mutant(base), with_(with) {}
  onnxExtensionFunctionPointer Extension(
      std::string_view name, onnxExtensionFunctionPointer found) override {
    if (name != ONNXIFI_GET_LAST_ERROR_FUNCTION_NAME &&
        name != "onnxGetLastError") {
      return found;
    }
    g_last_error = reinterpret_cast<onnxGetLastErrorFunction>(
        reinterpret_cast<void*>(found));
    return reinterpret_cast<onnxExtensionFunctionPointer>(
        reinterpret_cast<void*>(with_));
  }

 private:
  const onnxGetLastErrorFunction with_;
};

template <DieTogether::What kWhat>
std::unique_ptr<Mutant> MakeDie(const BasePlugin& base) {
  return std::make_unique<DieTogether>(base, kWhat);
}
template <auto kWith>
std::unique_ptr<Mutant> MakeLastError(const BasePlugin& base) {
  return std::make_unique<LastError>(base, kWith);
}

}  // namespace

void AddHandleMutants(std::vector<MutantInfo>* list) {
  const auto add = [list](const char* name, const char* what,
                          std::unique_ptr<Mutant> (*make)(const BasePlugin&)) {
    list->push_back({name, Area::kLifeCycle, what, make});
  };
  using What = DieTogether::What;
  add("one_backend", "two backends are one handle", &MakeMutant<OneBackend>);
  add("graphs_die_with_backend", "a backend's release takes its graphs",
      &MakeDie<What::kGraphs>);
  add("events_die_with_backend", "a backend's release takes its events",
      &MakeDie<What::kEvents>);
  add("backends_die_with_id", "an ID's release takes its backends",
      &MakeDie<What::kBackends>);
  add("id_has_one_reference", "one release of an ID ends all references",
      &MakeMutant<OneReference>);
  add("query_takes_reference", "counting the backends takes references",
      &MakeMutant<QueryTakesReference>);
  add("id_gone_for_ever", "a released backend is never listed again",
      &MakeMutant<GoneForEver>);
  add("one_graph", "a second graph is refused, against what it says",
      &MakeMutant<OneGraph>);
  add("extension_any_case", "names of extensions in any case are known",
      &MakeMutant<AnyCase>);
  add("extension_bare_names", "the names of pointer types are not known",
      &MakeMutant<BareNames>);
  add("last_error_empty", "the text of a failure is empty",
      &MakeLastError<&NoText>);
  add("last_error_no_end", "the text of a failure is not terminated",
      &MakeLastError<&NoEnd>);
  add("last_error_size", "the size of the text is one too small",
      &MakeLastError<&SizeOfText>);
  add("last_error_cuts", "a text that does not fit is cut",
      &MakeLastError<&Cuts>);
}

}  // namespace onnxifi::mutants
