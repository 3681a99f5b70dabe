// Interface 1.1: compiled graphs as bytes.
#include <cstdint>

#include "loader/entry_interface.h"

namespace onnxifi::loader {

namespace {

const char* JudgeBytes(const void* bytes, size_t size) {
  if (size == 0) return "it exports no bytes";
  return bytes == nullptr ? "it exports bytes, but gives none" : nullptr;
}

onnxStatus CheckExportedBytes(const char* function, const void* exported,
                              size_t size) {
  if (exported == nullptr) {
    return Fail(ONNXIFI_STATUS_INVALID_POINTER, function, "exported is NULL");
  }
  if (size == 0) {
    return Fail(ONNXIFI_STATUS_INVALID_SIZE, function, "exportedSize is 0");
  }
  return ONNXIFI_STATUS_SUCCESS;
}

}  // namespace

onnxStatus ONNXIFI_ABI
EntryExportGraph(const onnxExportGraphArguments* arguments) {
  constexpr const char* kFunction = "exportGraph";
  const onnxStatus status = CheckArguments(arguments, kFunction);
  if (status != ONNXIFI_STATUS_SUCCESS) return status;
  HandleEntry graph;
  if (!FindHandle(arguments->graph, HandleKind::kGraph, &graph)) {
    return Fail(ONNXIFI_STATUS_INVALID_GRAPH, kFunction, kNoGraph);
  }
  if (arguments->receive == nullptr) {
    return Fail(ONNXIFI_STATUS_INVALID_POINTER, kFunction, "receive is NULL");
  }
  const onnxExportGraphCall call = graph.device->interface.inner.exportGraph;
  if (call == nullptr) return NotOffered(kFunction);
  AnswerReceiver<const void*, size_t> receiver(
      arguments->receive, arguments->receiveContext, &JudgeBytes);
  onnxExportGraphArguments inner = CopyOf(*arguments);
  inner.graph = graph.inner;
  inner.receive = &receiver.Receive;
  inner.receiveContext = &receiver;
  return receiver.End(
      CallPlugin(graph.device, kFunction,
                 [&](const DispatchTable&) { return call(&inner); }),
      kFunction, graph.device);
}

onnxStatus ONNXIFI_ABI
EntryCheckExported(const onnxCheckExportedArguments* arguments) {
  constexpr const char* kFunction = "checkExported";
  onnxStatus status = CheckArguments(arguments, kFunction);
  if (status != ONNXIFI_STATUS_SUCCESS) return status;
  HandleEntry id;
  if (!FindHandle(arguments->backendID, HandleKind::kId, &id)) {
    return Fail(ONNXIFI_STATUS_INVALID_ID, kFunction, kNoId);
  }
  if (arguments->verdict == nullptr) {
    return Fail(ONNXIFI_STATUS_INVALID_POINTER, kFunction, "verdict is NULL");
  }
  status = CheckExportedBytes(kFunction, arguments->exported,
                              arguments->exportedSize);
  if (status != ONNXIFI_STATUS_SUCCESS) return status;
  const onnxCheckExportedCall check = id.device->interface.inner.checkExported;
  if (check == nullptr) return NotOffered(kFunction);
  uint32_t verdict = UINT32_MAX;
  onnxCheckExportedArguments inner = CopyOf(*arguments);
  inner.backendID = id.inner;
  inner.verdict = &verdict;
  status = CallPlugin(id.device, kFunction,
                      [&](const DispatchTable&) { return check(&inner); });
  if (status != ONNXIFI_STATUS_SUCCESS) return status;
  if (verdict > ONNXIFI_EXPORTED_OPTIMAL) {
    return FailInPlugin(ONNXIFI_STATUS_INTERNAL_ERROR, kFunction, id.device,
                        "its verdict is none of ONNXIFI_EXPORTED_*");
  }
  *arguments->verdict = verdict;
  return status;
}

onnxStatus ONNXIFI_ABI
EntryImportGraph(const onnxImportGraphArguments* arguments) {
  constexpr const char* kFunction = "importGraph";
  onnxStatus status = CheckArguments(arguments, kFunction);
  if (status != ONNXIFI_STATUS_SUCCESS) return status;
  if (arguments->graph == nullptr) {
    return Fail(ONNXIFI_STATUS_INVALID_POINTER, kFunction, "graph is NULL");
  }
  *arguments->graph = nullptr;
  HandleEntry backend;
  if (!FindHandle(arguments->backend, HandleKind::kBackend, &backend)) {
    return Fail(ONNXIFI_STATUS_INVALID_BACKEND, kFunction, kNoBackend);
  }
  status = CheckExportedBytes(kFunction, arguments->exported,
                              arguments->exportedSize);
  if (status != ONNXIFI_STATUS_SUCCESS) return status;
  const onnxImportGraphCall import =
      backend.device->interface.inner.importGraph;
  if (import == nullptr) return NotOffered(kFunction);
  onnxImportGraphArguments inner = CopyOf(*arguments);
  inner.backend = backend.inner;
  return MakeGraph(
      kFunction, arguments->backend, arguments->graph, [&](onnxGraph* made) {
        inner.graph = made;
        return CallPlugin(backend.device, kFunction,
                          [&](const DispatchTable&) { return import(&inner); });
      });
}

}  // namespace onnxifi::loader
