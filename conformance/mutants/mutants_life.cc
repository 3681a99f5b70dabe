// Mutants that treat objects, or the process, in a wrong way.
#include <fenv.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <new>
#include <stdexcept>
#include <thread>

#include "conformance/mutants/mutant.h"

namespace onnxifi::mutants {
namespace {

// Does something to the process when a graph is made or when it is run.
class SideEffect final : public Mutant {
 public:
  enum class When { kEnumerate, kInitBackend, kInitGraph, kRun, kReleaseGraph };
  SideEffect(const BasePlugin& base, When when, void (*effect)())
      : Mutant(base), when_(when), effect_(effect) {}

  onnxStatus onnxGetBackendIDs(onnxBackendID* ids, size_t* count) override {
    if (when_ == When::kEnumerate) effect_();
    return base_.onnxGetBackendIDs(ids, count);
  }
  onnxStatus onnxInitBackend(onnxBackendID id, const uint64_t* properties,
                             onnxBackend* backend) override {
    if (when_ == When::kInitBackend) effect_();
    return base_.onnxInitBackend(id, properties, backend);
  }
  onnxStatus onnxInitGraph(onnxBackend backend, const uint64_t* properties,
                           size_t size, const void* model, uint32_t count,
                           const onnxTensorDescriptorV1* weights,
                           onnxGraph* graph) override {
    if (when_ == When::kInitGraph) effect_();
    return base_.onnxInitGraph(backend, properties, size, model, count, weights,
                               graph);
  }
  onnxStatus onnxRunGraph(onnxGraph graph, const onnxMemoryFenceV1* input,
                          onnxMemoryFenceV1* output) override {
    if (when_ == When::kRun) effect_();
    return base_.onnxRunGraph(graph, input, output);
  }
  onnxStatus onnxReleaseGraph(onnxGraph graph) override {
    if (when_ == When::kReleaseGraph) effect_();
    return base_.onnxReleaseGraph(graph);
  }

 private:
  const When when_;
  void (*const effect_)();
};
using When = SideEffect::When;

void Crash() { raise(SIGSEGV); }
void Abort() { abort(); }
void Exit() { exit(0); }
void QuickExit() { _exit(0); }
void Hang() {
  for (;;) std::this_thread::sleep_for(std::chrono::hours(1));
}
void Spin() {
  volatile bool forever = true;
  while (forever) {
  }
}
void Throw() { throw std::runtime_error("out of the plugin"); }
void PrintOut() {
  puts("a plugin speaks");
  fflush(stdout);
}
void SetLocale() {
  if (setlocale(LC_ALL, "C.UTF-8") == nullptr) setlocale(LC_ALL, "POSIX");
  setlocale(LC_NUMERIC, "de_DE.UTF-8");
  setlocale(LC_CTYPE, "C.UTF-8");
}
void SetRounding() { fesetround(FE_UPWARD); }
void SetFlush() {
#if defined(__x86_64__)
  __builtin_ia32_ldmxcsr(__builtin_ia32_stmxcsr() | 0x8040);
#endif
}
void ChangeDirectory() {
  if (chdir("/") != 0) abort();
}
void Chatter() { fputs("mutant: all is well\n", stderr); }
void SetMask() { umask(0); }
void IgnoreSignal() { signal(SIGINT, SIG_IGN); }
void CatchCrash() {
  signal(SIGSEGV, [](int) { _exit(0); });
}
void BlockSignals() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
}
void SetVariable() { setenv("ONNXIFI_MUTANT_WAS_HERE", "1", 1); }
void LeaveThread() {
  std::thread([] { Hang(); }).detach();
}
void LeakMemory() {
  constexpr size_t kBytes = size_t{1} << 20;
  static std::atomic<void*> last;
  void* const block = malloc(kBytes);
  if (block != nullptr) memset(block, 1, kBytes);
  last = block;
}
void LeakDescriptor() {
  if (dup(0) < 0) abort();
}
void CloseOutput() { close(2); }

// Gives a released handle back to the base never: it stays alive.
class KeepsGraphs final : public Mutant {
 public:
  using Mutant::Mutant;
  onnxStatus onnxReleaseGraph(onnxGraph graph) override {
    // Asks for nothing, but finds out whether the handle is live.
    const onnxStatus probe =
        base_.onnxSetGraphIO(graph, 0, nullptr, 0, nullptr);
    return probe == ONNXIFI_STATUS_INVALID_GRAPH ? probe
                                                 : ONNXIFI_STATUS_SUCCESS;
  }
};

class KeepsEvents final : public Mutant {
 public:
  using Mutant::Mutant;
  onnxStatus onnxReleaseEvent(onnxEvent event) override {
    onnxEventState state = 0;
    return base_.onnxGetEventState(event, &state);
  }
};

class KeepsBackends final : public Mutant {
 public:
  using Mutant::Mutant;
  onnxStatus onnxReleaseBackend(onnxBackend backend) override {
    onnxEvent event = nullptr;
    const onnxStatus status = base_.onnxInitEvent(backend, &event);
    if (status == ONNXIFI_STATUS_SUCCESS) {
      Ignore(base_.onnxReleaseEvent(event));
    }
    return status;
  }
};

// A failing onnxInitGraph leaves the client's variable as it was.
class StaleGraphOnError final : public Mutant {
 public:
  using Mutant::Mutant;
  onnxStatus onnxInitGraph(onnxBackend backend, const uint64_t* properties,
                           size_t size, const void* model, uint32_t count,
                           const onnxTensorDescriptorV1* weights,
                           onnxGraph* graph) override {
    const onnxGraph before = graph == nullptr ? nullptr : *graph;
    const onnxStatus status = base_.onnxInitGraph(backend, properties, size,
                                                  model, count, weights, graph);
    if (status != ONNXIFI_STATUS_SUCCESS && status != ONNXIFI_STATUS_FALLBACK &&
        graph != nullptr) {
      *graph = before;
    }
    return status;
  }
};

class NullGraph final : public Mutant {
 public:
  using Mutant::Mutant;
  onnxStatus onnxInitGraph(onnxBackend backend, const uint64_t* properties,
                           size_t size, const void* model, uint32_t count,
                           const onnxTensorDescriptorV1* weights,
                           onnxGraph* graph) override {
    const onnxStatus status = base_.onnxInitGraph(backend, properties, size,
                                                  model, count, weights, graph);
    if (status == ONNXIFI_STATUS_SUCCESS) *graph = nullptr;
    return status;
  }
};

// Weights are taken from the client in the wrong order.
class WeightsInOrder final : public Mutant {
 public:
  using Mutant::Mutant;
  onnxStatus onnxInitGraph(onnxBackend backend, const uint64_t* properties,
                           size_t size, const void* model, uint32_t count,
                           const onnxTensorDescriptorV1* weights,
                           onnxGraph* graph) override {
    std::vector<onnxTensorDescriptorV1> changed(weights, weights + count);
    if (count > 1) std::swap(changed[0].buffer, changed[1].buffer);
    return base_.onnxInitGraph(backend, properties, size, model, count,
                               changed.data(), graph);
  }
};

// IDs of two enumerations differ, or are there twice in one.
class DuplicateIds final : public Mutant {
 public:
  using Mutant::Mutant;
  onnxStatus onnxGetBackendIDs(onnxBackendID* ids, size_t* count) override {
    const size_t capacity = count == nullptr ? 0 : *count;
    if (count != nullptr && ids != nullptr && capacity > 0) --*count;
    onnxStatus status = base_.onnxGetBackendIDs(ids, count);
    if (status == ONNXIFI_STATUS_SUCCESS && ids != nullptr && *count > 0 &&
        *count < capacity) {
      ids[*count] = ids[0];
      ++*count;
    } else if (status == ONNXIFI_STATUS_FALLBACK) {
      ++*count;
    }
    return status;
  }
};

class TouchesSmallArray final : public Mutant {
 public:
  using Mutant::Mutant;
  onnxStatus onnxGetBackendIDs(onnxBackendID* ids, size_t* count) override {
    const size_t capacity = count == nullptr ? 0 : *count;
    const onnxStatus status = base_.onnxGetBackendIDs(ids, count);
    if (ids != nullptr && capacity > *count) ids[*count] = nullptr;
    return status;
  }
};

// The binding of a failed onnxSetGraphIO is the old one.
class BindingSurvives final : public Mutant {
 public:
  using Mutant::Mutant;
  onnxStatus onnxSetGraphIO(onnxGraph graph, uint32_t inputs_count,
                            const onnxTensorDescriptorV1* inputs,
                            uint32_t outputs_count,
                            const onnxTensorDescriptorV1* outputs) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    const onnxStatus status = base_.onnxSetGraphIO(graph, inputs_count, inputs,
                                                   outputs_count, outputs);
    Bound& last = last_[graph];
    if (status == ONNXIFI_STATUS_SUCCESS) {
      last = Bound(inputs, inputs_count, outputs, outputs_count);
    } else if (!last.outputs.empty()) {
      Ignore(base_.onnxSetGraphIO(
          graph, static_cast<uint32_t>(last.inputs.size()), last.inputs.data(),
          static_cast<uint32_t>(last.outputs.size()), last.outputs.data()));
    }
    return status;
  }

 private:
  struct Bound {
    Bound() = default;
    Bound(const onnxTensorDescriptorV1* in, uint32_t in_count,
          const onnxTensorDescriptorV1* out, uint32_t out_count) {
      Keep(in, in_count, &inputs);
      Keep(out, out_count, &outputs);
    }
    void Keep(const onnxTensorDescriptorV1* from, uint32_t count,
              std::vector<onnxTensorDescriptorV1>* to) {
      for (uint32_t i = 0; i < count; ++i) {
        names.push_back(std::make_unique<std::string>(from[i].name));
        shapes.push_back(std::make_unique<std::vector<uint64_t>>(
            from[i].shape, from[i].shape + from[i].dimensions));
        to->push_back(from[i]);
        to->back().name = names.back()->c_str();
        to->back().shape = shapes.back()->data();
      }
    }
    std::vector<std::unique_ptr<std::string>> names;
    std::vector<std::unique_ptr<std::vector<uint64_t>>> shapes;
    std::vector<onnxTensorDescriptorV1> inputs;
    std::vector<onnxTensorDescriptorV1> outputs;
  };
  std::mutex mutex_;
  std::map<onnxGraph, Bound> last_;
};

struct Row {
  const char* name;
  When when;
  void (*effect)();
  const char* what;
};
constexpr Row kRows[] = {
    {"crashes_in_run", When::kRun, &Crash, "a run ends in SIGSEGV"},
    {"aborts_in_init", When::kInitGraph, &Abort, "making a graph aborts"},
    {"exits_in_run", When::kRun, &Exit, "a run calls exit(0)"},
    {"exits_at_once", When::kInitBackend, &QuickExit, "_exit(0) in init"},
    {"hangs_in_run", When::kRun, &Hang, "a run does not return"},
    {"spins_in_init", When::kInitGraph, &Spin, "making a graph does not end"},
    {"hangs_in_release", When::kReleaseGraph, &Hang, "release does not return"},
    {"throws_in_run", When::kRun, &Throw, "an exception leaves a run"},
    {"throws_in_init", When::kInitGraph, &Throw, "an exception leaves init"},
    {"prints", When::kInitGraph, &PrintOut, "writes to standard output"},
    {"sets_locale", When::kInitBackend, &SetLocale, "changes the locale"},
    {"sets_rounding", When::kRun, &SetRounding, "leaves another rounding"},
    {"sets_flush_to_zero", When::kRun, &SetFlush, "leaves flush-to-zero on"},
    {"changes_directory", When::kInitBackend, &ChangeDirectory,
     "changes the working directory"},
    {"sets_umask", When::kInitBackend, &SetMask, "changes the umask"},
    {"ignores_signal", When::kInitBackend, &IgnoreSignal, "ignores SIGINT"},
    {"catches_crashes", When::kInitBackend, &CatchCrash, "handles SIGSEGV"},
    {"blocks_signals", When::kRun, &BlockSignals, "leaves signals blocked"},
    {"sets_variable", When::kInitBackend, &SetVariable,
     "changes the environment"},
    {"leaves_thread", When::kInitBackend, &LeaveThread,
     "a thread of each backend stays for ever"},
    {"chatters", When::kInitBackend, &Chatter,
     "writes to standard error whatever the log level is"},
    {"leaks_memory", When::kInitGraph, &LeakMemory, "1 MiB a graph is lost"},
    {"leaks_enumerations", When::kEnumerate, &LeakMemory,
     "1 MiB is lost each time that backends are listed"},
    {"leaks_descriptor", When::kInitGraph, &LeakDescriptor,
     "a file descriptor a graph is lost"},
    {"closes_standard_error", When::kInitBackend, &CloseOutput,
     "closes standard error"},
};

}  // namespace

void AddLifeMutants(std::vector<MutantInfo>* list) {
  for (const Row& row : kRows) {
    list->push_back(
        {row.name, Area::kLifeCycle, row.what, [row](const BasePlugin& base) {
           return std::make_unique<SideEffect>(base, row.when, row.effect);
         }});
  }
  const auto add = [list](const char* name, Area area, const char* what,
                          std::unique_ptr<Mutant> (*make)(const BasePlugin&)) {
    list->push_back({name, area, what, make});
  };
  add("keeps_graphs", Area::kLifeCycle, "released graphs stay alive",
      &MakeMutant<KeepsGraphs>);
  add("keeps_events", Area::kLifeCycle, "released events stay alive",
      &MakeMutant<KeepsEvents>);
  add("keeps_backends", Area::kLifeCycle, "released backends stay alive",
      &MakeMutant<KeepsBackends>);
  add("stale_graph_on_error", Area::kLifeCycle,
      "a failing onnxInitGraph does not store NULL",
      &MakeMutant<StaleGraphOnError>);
  add("null_graph", Area::kLifeCycle, "a graph is NULL and SUCCESS",
      &MakeMutant<NullGraph>);
  add("weights_swapped", Area::kRun, "two weights are in each other's place",
      &MakeMutant<WeightsInOrder>);
  add("duplicate_ids", Area::kHandshake, "one ID is listed twice",
      &MakeMutant<DuplicateIds>);
  add("writes_behind_ids", Area::kHandshake,
      "a slot behind the last ID is written", &MakeMutant<TouchesSmallArray>);
  add("binding_survives_failure", Area::kRun,
      "after a failing onnxSetGraphIO the old binding holds",
      &MakeMutant<BindingSurvives>);
}

}  // namespace onnxifi::mutants
