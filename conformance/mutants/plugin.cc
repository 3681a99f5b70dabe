// The entry points of every mutant. Which one this library is follows from the
// name of its file: libonnxifi-mutant-NAME.so.
#include <onnxifi/onnxifi_ext.h>

#include <cstring>
#include <new>
#include <string>

#include "conformance/mutants/interface_mutant.h"
#include "conformance/mutants/mutant.h"
#include "conformance/mutants/output_watch.h"

namespace onnxifi::mutants {
namespace {

std::string OwnName() {
  constexpr std::string_view kBefore = "libonnxifi-mutant-";
  const std::string path = OwnPath();
  const size_t begin = path.rfind(kBefore);
  const size_t end = path.rfind(".so");
  if (begin == std::string::npos || end == std::string::npos) return "";
  return path.substr(begin + kBefore.size(), end - begin - kBefore.size());
}

// Null when the file has the name of no mutant, or there is no plugin to make
// one of: then every function fails.
std::unique_ptr<Mutant> MakeThisOne() {
  const Result<BasePlugin> base = BasePlugin::Load();
  if (!base.ok()) return nullptr;
  static const BasePlugin kept = *base;
  const std::string name = OwnName();
  for (const MutantInfo& info : AllMutants()) {
    if (info.name == name) return info.make(kept);
  }
  return nullptr;
}

// Never destroyed: clients call until the process ends.
Mutant* Get() {
  static Mutant* const mutant = MakeThisOne().release();
  return mutant;
}

OutputWatch& Watch() {
  static auto* const watch = new OutputWatch;
  return *watch;
}

}  // namespace

}  // namespace onnxifi::mutants

using onnxifi::mutants::ChangedModel;
using onnxifi::mutants::Get;
using onnxifi::mutants::Mutant;
using onnxifi::mutants::Output;
using onnxifi::mutants::OutputWatch;
using onnxifi::mutants::Watch;

namespace {

// Calls with the mutant. Whatever it throws on purpose goes to the client: one
// mutant is about that.
template <typename Call>
onnxStatus WithMutant(const Call& call) {
  try {
    Mutant* const mutant = Get();
    return mutant == nullptr ? ONNXIFI_STATUS_INTERNAL_ERROR : call(*mutant);
  } catch (const std::bad_alloc&) {
    return ONNXIFI_STATUS_NO_SYSTEM_MEMORY;
  }
}

// Keeps what is needed to change outputs later; without memory they stay right.
template <typename Note>
void Remember(Mutant& mutant, onnxStatus status, const Note& note) {
  if (!mutant.changes_outputs() || status != ONNXIFI_STATUS_SUCCESS) return;
  try {
    note(Watch());
  } catch (const std::bad_alloc&) {
  }
}

}  // namespace

extern "C" {

ONNXIFI_PUBLIC onnxStatus ONNXIFI_ABI onnxGetBackendIDs(onnxBackendID* ids,
                                                        size_t* count) {
  return WithMutant(
      [&](Mutant& mutant) { return mutant.onnxGetBackendIDs(ids, count); });
}

ONNXIFI_PUBLIC onnxStatus ONNXIFI_ABI onnxReleaseBackendID(onnxBackendID id) {
  return WithMutant(
      [&](Mutant& mutant) { return mutant.onnxReleaseBackendID(id); });
}

ONNXIFI_PUBLIC onnxStatus ONNXIFI_ABI onnxGetBackendInfo(
    onnxBackendID id, onnxBackendInfo selector, void* value, size_t* size) {
  return WithMutant([&](Mutant& mutant) {
    return mutant.onnxGetBackendInfo(id, selector, value, size);
  });
}

ONNXIFI_PUBLIC onnxStatus ONNXIFI_ABI
onnxGetBackendCompatibility(onnxBackendID id, size_t size, const void* model) {
  return WithMutant([&](Mutant& mutant) {
    return mutant.onnxGetBackendCompatibility(id, size, model);
  });
}

ONNXIFI_PUBLIC onnxStatus ONNXIFI_ABI onnxInitBackend(
    onnxBackendID id, const uint64_t* properties, onnxBackend* backend) {
  return WithMutant([&](Mutant& mutant) {
    return mutant.onnxInitBackend(id, properties, backend);
  });
}

ONNXIFI_PUBLIC onnxStatus ONNXIFI_ABI onnxReleaseBackend(onnxBackend backend) {
  return WithMutant(
      [&](Mutant& mutant) { return mutant.onnxReleaseBackend(backend); });
}

ONNXIFI_PUBLIC onnxStatus ONNXIFI_ABI onnxInitEvent(onnxBackend backend,
                                                    onnxEvent* event) {
  return WithMutant(
      [&](Mutant& mutant) { return mutant.onnxInitEvent(backend, event); });
}

ONNXIFI_PUBLIC onnxStatus ONNXIFI_ABI onnxSignalEvent(onnxEvent event) {
  return WithMutant(
      [&](Mutant& mutant) { return mutant.onnxSignalEvent(event); });
}

ONNXIFI_PUBLIC onnxStatus ONNXIFI_ABI onnxGetEventState(onnxEvent event,
                                                        onnxEventState* state) {
  return WithMutant(
      [&](Mutant& mutant) { return mutant.onnxGetEventState(event, state); });
}

ONNXIFI_PUBLIC onnxStatus ONNXIFI_ABI onnxWaitEvent(onnxEvent event) {
  return WithMutant([&](Mutant& mutant) {
    const onnxStatus status = mutant.onnxWaitEvent(event);
    Remember(mutant, status, [&](OutputWatch& watch) {
      std::vector<Output> outputs = watch.Take(event);
      if (!outputs.empty()) mutant.ChangeOutputs(outputs);
    });
    return status;
  });
}

ONNXIFI_PUBLIC onnxStatus ONNXIFI_ABI onnxReleaseEvent(onnxEvent event) {
  return WithMutant([&](Mutant& mutant) {
    if (mutant.changes_outputs()) Watch().ForgetRun(event);
    return mutant.onnxReleaseEvent(event);
  });
}

ONNXIFI_PUBLIC onnxStatus ONNXIFI_ABI
onnxInitGraph(onnxBackend backend, const uint64_t* properties, size_t size,
              const void* model, uint32_t weights_count,
              const onnxTensorDescriptorV1* weights, onnxGraph* graph) {
  return WithMutant([&](Mutant& mutant) {
    if (mutant.changes_models() && model != nullptr && size > 0 &&
        weights_count == 0) {
      const std::string changed = ChangedModel(mutant, model, size);
      const onnxStatus status =
          mutant.onnxInitGraph(backend, properties, changed.size(),
                               changed.data(), 0, nullptr, graph);
      if (status == ONNXIFI_STATUS_SUCCESS ||
          status == ONNXIFI_STATUS_FALLBACK) {
        return status;
      }
    }
    return mutant.onnxInitGraph(backend, properties, size, model, weights_count,
                                weights, graph);
  });
}

ONNXIFI_PUBLIC onnxStatus ONNXIFI_ABI
onnxSetGraphIO(onnxGraph graph, uint32_t inputs_count,
               const onnxTensorDescriptorV1* inputs, uint32_t outputs_count,
               const onnxTensorDescriptorV1* outputs) {
  return WithMutant([&](Mutant& mutant) {
    const onnxStatus status = mutant.onnxSetGraphIO(graph, inputs_count, inputs,
                                                    outputs_count, outputs);
    Remember(mutant, status, [&](OutputWatch& watch) {
      watch.Bound(graph, outputs_count, outputs);
    });
    return status;
  });
}

ONNXIFI_PUBLIC onnxStatus ONNXIFI_ABI
onnxRunGraph(onnxGraph graph, const onnxMemoryFenceV1* input,
             onnxMemoryFenceV1* output) {
  return WithMutant([&](Mutant& mutant) {
    const onnxStatus status = mutant.onnxRunGraph(graph, input, output);
    Remember(mutant, status,
             [&](OutputWatch& watch) { watch.Started(graph, output->event); });
    return status;
  });
}

ONNXIFI_PUBLIC onnxStatus ONNXIFI_ABI onnxReleaseGraph(onnxGraph graph) {
  return WithMutant([&](Mutant& mutant) {
    if (mutant.changes_outputs()) Watch().ForgetGraph(graph);
    return mutant.onnxReleaseGraph(graph);
  });
}

ONNXIFI_PUBLIC onnxStatus ONNXIFI_ABI
onnxGetExtensionFunctionAddress(onnxBackendID id, const char* name,
                                onnxExtensionFunctionPointer* function) {
  return WithMutant([&](Mutant& mutant) {
    const onnxStatus status =
        mutant.onnxGetExtensionFunctionAddress(id, name, function);
    if (status == ONNXIFI_STATUS_SUCCESS) {
      if ((std::strcmp(name, "onnxSetIOAndRunGraphFunction") == 0 ||
           std::strcmp(name, "onnxSetIOAndRunGraph") == 0) &&
          *function != nullptr) {
        *function = reinterpret_cast<onnxExtensionFunctionPointer>(
            reinterpret_cast<void*>(&::onnxSetIOAndRunGraph));
      }
      onnxifi::mutants::WrapExtension(mutant, name, function);
    }
    return status;
  });
}

ONNXIFI_PUBLIC onnxStatus ONNXIFI_ABI onnxSetIOAndRunGraph(
    onnxGraph graph, uint32_t inputs_count,
    const onnxTensorDescriptorV1* inputs, uint32_t outputs_count,
    const onnxTensorDescriptorV1* outputs, onnxMemoryFenceV1* output) {
  return WithMutant([&](Mutant& mutant) {
    const onnxStatus status = mutant.onnxSetIOAndRunGraph(
        graph, inputs_count, inputs, outputs_count, outputs, output);
    Remember(mutant, status, [&](OutputWatch& watch) {
      watch.Bound(graph, outputs_count, outputs);
      watch.Started(graph, output->event);
    });
    return status;
  });
}

}  // extern "C"
