#include "conformance/mutants/interface_mutant.h"

#include <atomic>
#include <cstring>
#include <mutex>
#include <new>
#include <string_view>
#include <vector>

#include "conformance/mutants/output_watch.h"
#include "graph/onnx_reader.h"
#include "graph/onnx_writer.h"

namespace onnxifi::mutants {
namespace {

// The one mutant of this process, and what it is made of.
Mutant* g_mutant = nullptr;
onnxGetInterfaceFunction g_get = nullptr;
std::mutex g_mutex;
const onnxPluginInterface* g_base = nullptr;  // of the first backend asked for
onnxPluginInterface g_table = {};

onnxStatus InitChanged(const onnxInitGraphArguments* arguments) {
  const std::string changed =
      ChangedModel(*g_mutant, arguments->onnxModel, arguments->onnxModelSize);
  onnxInitGraphArguments copy = *arguments;
  copy.onnxModel = changed.data();
  copy.onnxModelSize = changed.size();
  // `changed` goes at the end of this call.
  copy.flags &= ~uint64_t{ONNXIFI_INIT_KEEPS_WEIGHTS};
  return g_base->initGraph(&copy);
}

onnxStatus ONNXIFI_ABI InitGraph(const onnxInitGraphArguments* arguments) {
  if (!Whole(arguments) || arguments->onnxModel == nullptr ||
      arguments->weightsCount != 0) {
    return g_base->initGraph(arguments);
  }
  try {
    const onnxStatus status = InitChanged(arguments);
    if (status == ONNXIFI_STATUS_SUCCESS) return status;
  } catch (const std::bad_alloc&) {
    return ONNXIFI_STATUS_NO_SYSTEM_MEMORY;
  }
  return g_base->initGraph(arguments);
}

struct Receiver {
  onnxReceiveValueCallback receive;
  void* context;
  bool in_place;  // the outputs are in memory that the client has given
};

onnxStatus ReceiveChanged(const Receiver& client, uint32_t index,
                          const onnxValue* value) {
  Output output;
  output.type = value->dataType;
  output.element_size = ElementSize(value->dataType);
  if (value->kind != ONNXIFI_VALUE_KIND_TENSOR || output.element_size == 0 ||
      value->dataSize == 0) {
    return client.receive(client.context, index, value);
  }
  std::vector<char> bytes;
  onnxValue changed = *value;
  output.data = const_cast<void*>(value->data);
  if (!client.in_place) {
    // It may be a weight, or an input.
    bytes.resize(value->dataSize);
    std::memcpy(bytes.data(), value->data, bytes.size());
    output.data = bytes.data();
    changed.data = bytes.data();
  }
  output.shape.assign(value->shape, value->shape + value->dimensions);
  output.count = value->dataSize / output.element_size;
  g_mutant->ChangeOutputs({&output, 1});
  return client.receive(client.context, index, &changed);
}

onnxStatus ONNXIFI_ABI Receive(void* context, uint32_t index,
                               const onnxValue* value) {
  try {
    return ReceiveChanged(*static_cast<const Receiver*>(context), index, value);
  } catch (const std::bad_alloc&) {
    return ONNXIFI_STATUS_NO_SYSTEM_MEMORY;
  }
}

onnxStatus ONNXIFI_ABI RunValues(const onnxRunValuesArguments* arguments) {
  if (!Whole(arguments) || arguments->receive == nullptr) {
    return g_base->runValues(arguments);
  }
  Receiver receiver = {arguments->receive, arguments->receiveContext,
                       arguments->allocate != nullptr};
  onnxRunValuesArguments copy = *arguments;
  copy.receive = &Receive;
  copy.receiveContext = &receiver;
  return g_base->runValues(&copy);
}

// The right plugin's function with the changed table.
onnxStatus ONNXIFI_ABI GetChanged(onnxBackendID id,
                                  const onnxHostInterface* host,
                                  const onnxPluginInterface** plugin) {
  const onnxStatus status = g_get(id, host, plugin);
  if (status != ONNXIFI_STATUS_SUCCESS) return status;
  const std::lock_guard<std::mutex> lock(g_mutex);
  if (g_base == nullptr) {
    g_base = *plugin;
    g_table = *g_base;
    if (g_mutant->changes_models()) g_table.initGraph = &InitGraph;
    if (g_mutant->changes_outputs()) g_table.runValues = &RunValues;
    g_mutant->ChangeInterface(*g_base, &g_table);
  }
  *plugin = &g_table;
  return status;
}

onnxStatus ONNXIFI_ABI GetInterface(onnxBackendID id,
                                    const onnxHostInterface* host,
                                    const onnxPluginInterface** plugin) {
  return g_mutant->GetInterface(&GetChanged, id, host, plugin);
}

template <typename Function>
onnxExtensionFunctionPointer AsExtension(Function* function) {
  return reinterpret_cast<onnxExtensionFunctionPointer>(
      reinterpret_cast<void*>(function));
}

}  // namespace

std::string ChangedModel(Mutant& mutant, const void* model, size_t size) {
  const std::string same(static_cast<const char*>(model), size);
  Result<graph::Graph> read =
      graph::ReadModel({static_cast<const std::byte*>(model), size}, {});
  if (!read.ok()) return same;
  if (!mutant.ChangeModel(&*read)) return same;
  Result<std::string> written = graph::WriteModel(*read);
  return written.ok() ? *written : same;
}

const onnxPluginInterface& BaseTable() { return *g_base; }

void WrapExtension(Mutant& mutant, const char* name,
                   onnxExtensionFunctionPointer* function) {
  const std::string_view wanted = name;
  if (wanted != ONNXIFI_GET_INTERFACE_FUNCTION_NAME &&
      wanted != "onnxGetInterface") {
    *function = mutant.Extension(wanted, *function);
    return;
  }
  const std::lock_guard<std::mutex> lock(g_mutex);
  g_mutant = &mutant;
  g_get = reinterpret_cast<onnxGetInterfaceFunction>(
      reinterpret_cast<void*>(*function));
  *function = AsExtension(&GetInterface);
}

}  // namespace onnxifi::mutants
