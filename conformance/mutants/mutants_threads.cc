// Mutants that share between threads what they must not share. Each is right
// as long as one thread calls at a time.
#include <atomic>
#include <chrono>
#include <cstring>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "conformance/mutants/mutant.h"

namespace onnxifi::mutants {
namespace {

// Long enough for another thread to come between.
void Linger() { std::this_thread::sleep_for(std::chrono::microseconds(200)); }

// Values go through one buffer.
class InfoBuffer final : public Mutant {
 public:
  using Mutant::Mutant;
  onnxStatus onnxGetBackendInfo(onnxBackendID id, onnxBackendInfo selector,
                                void* value, size_t* size) override {
    const onnxStatus status =
        base_.onnxGetBackendInfo(id, selector, value, size);
    if (status != ONNXIFI_STATUS_SUCCESS) return status;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      buffer_.assign(static_cast<const char*>(value), *size);
    }
    Linger();
    const std::lock_guard<std::mutex> lock(mutex_);
    std::memcpy(value, buffer_.data(), std::min(*size, buffer_.size()));
    return status;
  }

 private:
  std::mutex mutex_;
  std::string buffer_;  // guarded by mutex_, too short
};

class CompatibilityAnswer final : public Mutant {
 public:
  using Mutant::Mutant;
  onnxStatus onnxGetBackendCompatibility(onnxBackendID id, size_t size,
                                         const void* model) override {
    answer_ = base_.onnxGetBackendCompatibility(id, size, model);
    Linger();
    return answer_;
  }

 private:
  std::atomic<onnxStatus> answer_ = 0;
};

class InitModel final : public Mutant {
 public:
  using Mutant::Mutant;
  onnxStatus onnxInitGraph(onnxBackend backend, const uint64_t* properties,
                           size_t size, const void* model, uint32_t count,
                           const onnxTensorDescriptorV1* weights,
                           onnxGraph* graph) override {
    if (model == nullptr || size == 0) {
      return base_.onnxInitGraph(backend, properties, size, model, count,
                                 weights, graph);
    }
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      model_.assign(static_cast<const char*>(model), size);
    }
    Linger();
    std::string taken;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      taken = model_;
    }
    return base_.onnxInitGraph(backend, properties, taken.size(), taken.data(),
                               count, weights, graph);
  }

 private:
  std::mutex mutex_;
  std::string model_;  // guarded by mutex_, too short
};

class Enumeration final : public Mutant {
 public:
  using Mutant::Mutant;
  onnxStatus onnxGetBackendIDs(onnxBackendID* ids, size_t* count) override {
    const bool alone = inside_++ == 0;
    Linger();
    const onnxStatus status = base_.onnxGetBackendIDs(ids, count);
    --inside_;
    if (!alone && status == ONNXIFI_STATUS_FALLBACK) *count = 0;
    return status;
  }

 private:
  std::atomic<int> inside_ = 0;
};

// Asks for the state first, and signals then.
class SignalRace final : public Mutant {
 public:
  using Mutant::Mutant;
  onnxStatus onnxSignalEvent(onnxEvent event) override {
    onnxEventState state = 0;
    const onnxStatus status = base_.onnxGetEventState(event, &state);
    if (status != ONNXIFI_STATUS_SUCCESS) return status;
    if (state == ONNXIFI_EVENT_STATE_SIGNALLED) {
      return ONNXIFI_STATUS_INVALID_STATE;
    }
    Linger();
    Ignore(base_.onnxSignalEvent(event));
    return ONNXIFI_STATUS_SUCCESS;
  }
};

class OneWaiter final : public Mutant {
 public:
  using Mutant::Mutant;
  onnxStatus onnxWaitEvent(onnxEvent event) override {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (waiting_[event] > 0) return ONNXIFI_STATUS_INTERNAL_ERROR;
      ++waiting_[event];
    }
    const onnxStatus status = base_.onnxWaitEvent(event);
    const std::lock_guard<std::mutex> lock(mutex_);
    --waiting_[event];
    return status;
  }

 private:
  std::mutex mutex_;
  std::map<onnxEvent, int> waiting_;  // guarded by mutex_
};

// Graphs that run at the same time share their scratch memory.
class SharedScratch final : public Mutant {
 public:
  using Mutant::Mutant;
  onnxStatus onnxRunGraph(onnxGraph graph, const onnxMemoryFenceV1* input,
                          onnxMemoryFenceV1* output) override {
    const onnxStatus status = base_.onnxRunGraph(graph, input, output);
    if (status == ONNXIFI_STATUS_SUCCESS) {
      const std::lock_guard<std::mutex> lock(mutex_);
      running_[output->event] = graph;
    }
    return status;
  }
  onnxStatus onnxWaitEvent(onnxEvent event) override {
    const onnxStatus status = base_.onnxWaitEvent(event);
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = running_.find(event);
    if (found == running_.end()) return status;
    mixed_ = false;
    for (const auto& [other, graph] : running_) {
      if (graph != found->second) mixed_ = true;
    }
    running_.erase(found);
    return status;
  }
  onnxStatus onnxReleaseEvent(onnxEvent event) override {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      running_.erase(event);
    }
    return base_.onnxReleaseEvent(event);
  }
  bool changes_outputs() const override { return true; }
  // Comes right after the wait.
  void ChangeOutputs(std::span<Output> outputs) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!mixed_) return;
    for (const Output& output : outputs) {
      if (output.count > 0) *static_cast<char*>(output.data) ^= 0x41;
    }
  }

 private:
  std::mutex mutex_;
  std::map<onnxEvent, onnxGraph> running_;  // guarded by mutex_
  bool mixed_ = false;                      // guarded by mutex_
};

// Runs of one thread at a time; another's is refused.
class OneThread final : public Mutant {
 public:
  using Mutant::Mutant;
  onnxStatus onnxInitBackend(onnxBackendID id, const uint64_t* properties,
                             onnxBackend* backend) override {
    const onnxStatus status = base_.onnxInitBackend(id, properties, backend);
    owner_ = std::this_thread::get_id();
    return status;
  }
  onnxStatus onnxRunGraph(onnxGraph graph, const onnxMemoryFenceV1* input,
                          onnxMemoryFenceV1* output) override {
    if (owner_.load() != std::this_thread::get_id()) {
      return ONNXIFI_STATUS_INTERNAL_ERROR;
    }
    return base_.onnxRunGraph(graph, input, output);
  }

 private:
  std::atomic<std::thread::id> owner_;
};

}  // namespace

void AddThreadMutants(std::vector<MutantInfo>* list) {
  const auto add = [list](const char* name, const char* what,
                          std::unique_ptr<Mutant> (*make)(const BasePlugin&)) {
    list->push_back({name, Area::kRun, what, make});
  };
  add("info_race", "threads get each other's properties",
      &MakeMutant<InfoBuffer>);
  add("compat_race", "threads get each other's answers about models",
      &MakeMutant<CompatibilityAnswer>);
  add("init_graph_race", "threads get graphs of each other's models",
      &MakeMutant<InitModel>);
  add("enumeration_race", "two threads that count backends find none",
      &MakeMutant<Enumeration>);
  add("signal_race", "of two threads that signal both succeed",
      &MakeMutant<SignalRace>);
  add("one_waiter", "a second thread that waits gets an error",
      &MakeMutant<OneWaiter>);
  add("shared_scratch", "graphs that run at the same time share memory",
      &MakeMutant<SharedScratch>);
  add("one_thread", "runs from another thread than the backend's are refused",
      &MakeMutant<OneThread>);
}

}  // namespace onnxifi::mutants
