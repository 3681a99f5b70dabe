// No mutants to be killed: what the tests of the suite itself need. Traps do
// something wrong when a graph runs whose model holds the text of the variable
// ONNXIFI_MUTANT_TRIGGER; without it they do nothing. A plugin that says yes to
// everything. And the controls, in which nothing is wrong.
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>

#include "conformance/mutants/mutant.h"

namespace onnxifi::mutants {
namespace {

class Trap final : public Mutant {
 public:
  using Effect = void (*)(std::span<Output> outputs);
  enum class When { kRun, kOutputs };
  Trap(const BasePlugin& base, When when, Effect effect)
      : Mutant(base), when_(when), effect_(effect) {
    const char* const trigger = secure_getenv("ONNXIFI_MUTANT_TRIGGER");
    if (trigger != nullptr) trigger_ = trigger;
  }

  onnxStatus onnxInitGraph(onnxBackend backend, const uint64_t* properties,
                           size_t size, const void* model, uint32_t count,
                           const onnxTensorDescriptorV1* weights,
                           onnxGraph* graph) override {
    const onnxStatus status = base_.onnxInitGraph(backend, properties, size,
                                                  model, count, weights, graph);
    if (status == ONNXIFI_STATUS_SUCCESS && !trigger_.empty() &&
        memmem(model, size, trigger_.data(), trigger_.size()) != nullptr) {
      const std::lock_guard<std::mutex> lock(mutex_);
      armed_.insert(*graph);
    }
    return status;
  }
  onnxStatus onnxRunGraph(onnxGraph graph, const onnxMemoryFenceV1* input,
                          onnxMemoryFenceV1* output) override {
    const bool armed = Armed(graph);
    if (armed && when_ == When::kRun) effect_({});
    const onnxStatus status = base_.onnxRunGraph(graph, input, output);
    if (armed && status == ONNXIFI_STATUS_SUCCESS) Remember(output->event);
    return status;
  }
  onnxStatus onnxSetIOAndRunGraph(onnxGraph graph, uint32_t inputs_count,
                                  const onnxTensorDescriptorV1* inputs,
                                  uint32_t outputs_count,
                                  const onnxTensorDescriptorV1* outputs,
                                  onnxMemoryFenceV1* output) override {
    const bool armed = Armed(graph);
    if (armed && when_ == When::kRun) effect_({});
    const onnxStatus status = base_.onnxSetIOAndRunGraph(
        graph, inputs_count, inputs, outputs_count, outputs, output);
    if (armed && status == ONNXIFI_STATUS_SUCCESS) Remember(output->event);
    return status;
  }
  onnxStatus onnxWaitEvent(onnxEvent event) override {
    const onnxStatus status = base_.onnxWaitEvent(event);
    const std::lock_guard<std::mutex> lock(mutex_);
    strike_ = runs_.erase(event) > 0;
    return status;
  }
  onnxStatus onnxReleaseGraph(onnxGraph graph) override {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      armed_.erase(graph);
    }
    return base_.onnxReleaseGraph(graph);
  }
  bool changes_outputs() const override { return when_ == When::kOutputs; }
  void ChangeOutputs(std::span<Output> outputs) override {
    if (strike_) effect_(outputs);
  }

 private:
  bool Armed(onnxGraph graph) {
    const std::lock_guard<std::mutex> lock(mutex_);
    return armed_.count(graph) != 0;
  }
  void Remember(onnxEvent event) {
    const std::lock_guard<std::mutex> lock(mutex_);
    runs_.insert(event);
  }

  const When when_;
  const Effect effect_;
  std::string trigger_;
  std::mutex mutex_;
  std::set<onnxGraph> armed_;  // guarded by mutex_
  std::set<onnxEvent> runs_;   // guarded by mutex_
  bool strike_ = false;
};
using When = Trap::When;

void Crash(std::span<Output>) { raise(SIGSEGV); }
void Abort(std::span<Output>) { abort(); }
void Throw(std::span<Output>) { throw std::runtime_error("a trap"); }
void Exit(std::span<Output>) { exit(0); }
void QuickExit(std::span<Output>) { _exit(3); }
void Hang(std::span<Output>) {
  for (;;) std::this_thread::sleep_for(std::chrono::hours(1));
}
// What is lost is written to: it counts as memory in use.
void Leak(std::span<Output>) {
  constexpr size_t kBytes = size_t{4} << 20;
  static std::atomic<void*> last;
  void* const block = malloc(kBytes);
  if (block != nullptr) memset(block, 1, kBytes);
  last = block;
}
void EatMemory(std::span<Output>) {
  constexpr size_t kBytes = size_t{32} << 20;
  for (;;) {
    void* const block = malloc(kBytes);
    if (block == nullptr) abort();
    memset(block, 1, kBytes);
    // Slow enough to be seen, and stopped, before the machine has none.
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}
void Corrupt(std::span<Output> outputs) {
  for (const Output& output : outputs) {
    char* const data = static_cast<char*>(output.data);
    const size_t bytes = output.count * output.element_size;
    if (bytes == 0) continue;
    data[-1] ^= 0x5a;
    data[bytes] ^= 0x5a;
  }
}
void Wrong(std::span<Output> outputs) {
  for (const Output& output : outputs) {
    memset(output.data, 0x33, output.count * output.element_size);
  }
}
// The record of a test that passes, in every pipe that is open.
void Forge(std::span<Output>) {
  const char* const trigger = secure_getenv("ONNXIFI_MUTANT_TRIGGER");
  const std::string record =
      std::string(R"({"test":"node/)") + (trigger == nullptr ? "" : trigger) +
      R"(","outcome":"PASS","profile":"core","requirements":[],"reason":"",)"
      R"("failures":[],"figures":[],"checks":1,"seconds":0,"log":""})"
      "\n";
  for (int fd = 3; fd < 64; ++fd) {
    struct stat about;
    if (fstat(fd, &about) != 0 || !S_ISFIFO(about.st_mode)) continue;
    if (write(fd, record.data(), record.size()) < 0) abort();
  }
  // What it does next would be the test's failure.
  _exit(0);
}
// Ends what the suite hears of the worker.
void CloseFiles(std::span<Output>) {
  for (int fd = 0; fd < 64; ++fd) close(fd);
}

// Everything is supported, every graph is one, and every run is over at once;
// outputs are zero, or what they were.
class SaysYes final : public Mutant {
 public:
  SaysYes(const BasePlugin& base, bool zeros) : Mutant(base), zeros_(zeros) {}
  onnxStatus onnxGetBackendCompatibility(onnxBackendID, size_t,
                                         const void*) override {
    return ONNXIFI_STATUS_SUCCESS;
  }
  onnxStatus onnxInitGraph(onnxBackend backend, const uint64_t*, size_t,
                           const void*, uint32_t, const onnxTensorDescriptorV1*,
                           onnxGraph* graph) override {
    // A handle like any other, which no graph has.
    const onnxStatus status = base_.onnxInitEvent(backend, graph);
    if (status != ONNXIFI_STATUS_SUCCESS) return status;
    const std::lock_guard<std::mutex> lock(mutex_);
    backend_[*graph] = backend;
    return status;
  }
  onnxStatus onnxSetGraphIO(onnxGraph graph, uint32_t,
                            const onnxTensorDescriptorV1*,
                            uint32_t outputs_count,
                            const onnxTensorDescriptorV1* outputs) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (backend_.count(graph) == 0) return ONNXIFI_STATUS_INVALID_GRAPH;
    std::vector<std::pair<void*, size_t>>& places = outputs_[graph];
    places.clear();
    for (uint32_t i = 0; outputs != nullptr && i < outputs_count; ++i) {
      if (outputs[i].dataType != ONNXIFI_DATATYPE_FLOAT32) continue;
      size_t bytes = sizeof(float);
      for (uint32_t d = 0; d < outputs[i].dimensions; ++d) {
        bytes *= outputs[i].shape[d];
      }
      places.emplace_back(reinterpret_cast<void*>(outputs[i].buffer), bytes);
    }
    return ONNXIFI_STATUS_SUCCESS;
  }
  onnxStatus onnxRunGraph(onnxGraph graph, const onnxMemoryFenceV1*,
                          onnxMemoryFenceV1* output) override {
    return Run(graph, output);
  }
  onnxStatus onnxSetIOAndRunGraph(onnxGraph graph, uint32_t inputs_count,
                                  const onnxTensorDescriptorV1* inputs,
                                  uint32_t outputs_count,
                                  const onnxTensorDescriptorV1* outputs,
                                  onnxMemoryFenceV1* output) override {
    const onnxStatus status =
        onnxSetGraphIO(graph, inputs_count, inputs, outputs_count, outputs);
    return status == ONNXIFI_STATUS_SUCCESS ? Run(graph, output) : status;
  }
  onnxStatus onnxReleaseGraph(onnxGraph graph) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (backend_.erase(graph) == 0) return ONNXIFI_STATUS_INVALID_GRAPH;
    outputs_.erase(graph);
    Ignore(base_.onnxReleaseEvent(graph));
    return ONNXIFI_STATUS_SUCCESS;
  }
  // No interface 1.1: all of it would be true.
  onnxStatus onnxGetExtensionFunctionAddress(
      onnxBackendID id, const char* name,
      onnxExtensionFunctionPointer* function) override {
    const onnxStatus status =
        base_.onnxGetExtensionFunctionAddress(id, name, function);
    if (status == ONNXIFI_STATUS_SUCCESS &&
        std::string(name).rfind("onnxGetInterface", 0) == 0) {
      *function = nullptr;
      return ONNXIFI_STATUS_UNIDENTIFIED_NAME;
    }
    return status;
  }

 private:
  onnxStatus Run(onnxGraph graph, onnxMemoryFenceV1* output) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = backend_.find(graph);
    if (found == backend_.end()) return ONNXIFI_STATUS_INVALID_GRAPH;
    if (output == nullptr) return ONNXIFI_STATUS_INVALID_POINTER;
    const onnxStatus status =
        base_.onnxInitEvent(found->second, &output->event);
    if (status != ONNXIFI_STATUS_SUCCESS) return status;
    for (const auto& [place, bytes] : outputs_[graph]) {
      if (zeros_ && place != nullptr) memset(place, 0, bytes);
    }
    return base_.onnxSignalEvent(output->event);
  }

  const bool zeros_;
  std::mutex mutex_;
  std::map<onnxGraph, onnxBackend> backend_;  // guarded by mutex_
  std::map<onnxGraph, std::vector<std::pair<void*, size_t>>> outputs_;
};

// All the ways through which mutants work, and nothing changed.
class Control final : public Mutant {
 public:
  Control(const BasePlugin& base, bool models, bool outputs)
      : Mutant(base), models_(models), outputs_(outputs) {}
  bool changes_models() const override { return models_; }
  bool ChangeModel(graph::Graph*) override { return models_; }
  bool changes_outputs() const override { return outputs_; }

 private:
  const bool models_;
  const bool outputs_;
};

struct Row {
  const char* name;
  When when;
  Trap::Effect effect;
  const char* what;
};
constexpr Row kRows[] = {
    {"trap_crash", When::kRun, &Crash, "SIGSEGV"},
    {"trap_abort", When::kRun, &Abort, "abort"},
    {"trap_throw", When::kRun, &Throw, "an exception"},
    {"trap_exit", When::kRun, &Exit, "exit(0)"},
    {"trap_quick_exit", When::kRun, &QuickExit, "_exit(3)"},
    {"trap_hang", When::kRun, &Hang, "the run does not return"},
    {"trap_leak", When::kRun, &Leak, "4 MiB are lost"},
    {"trap_eat_memory", When::kRun, &EatMemory, "takes all memory"},
    {"trap_corrupt", When::kOutputs, &Corrupt,
     "bytes around the outputs change"},
    {"trap_wrong", When::kOutputs, &Wrong, "outputs are wrong"},
    {"trap_forge", When::kRun, &Forge, "a result is forged"},
    {"trap_close_files", When::kRun, &CloseFiles, "closes all files"},
};

}  // namespace

void AddTraps(std::vector<MutantInfo>* list) {
  for (const Row& row : kRows) {
    list->push_back(
        {row.name, Area::kTrap, row.what, [row](const BasePlugin& base) {
           return std::make_unique<Trap>(base, row.when, row.effect);
         }});
  }
  const auto yes = [list](const char* name, bool zeros, const char* what) {
    list->push_back({name, Area::kTrap, what, [zeros](const BasePlugin& base) {
                       return std::make_unique<SaysYes>(base, zeros);
                     }});
  };
  yes("says_yes", true, "everything is supported, and results are zero");
  yes("says_yes_only", false, "everything is supported, and nothing is done");
  const auto control = [list](const char* name, bool models, bool outputs,
                              const char* what) {
    list->push_back(
        {name, Area::kControl, what, [models, outputs](const BasePlugin& base) {
           return std::make_unique<Control>(base, models, outputs);
         }});
  };
  control("control", false, false, "all is passed on");
  control("control_models", true, false, "models are read and written again");
  control("control_outputs", false, true, "outputs are watched");
}

}  // namespace onnxifi::mutants
