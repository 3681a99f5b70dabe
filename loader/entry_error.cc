// Interface 1.1: what is known of a failure, and the options of a backend.
#include <atomic>
#include <cstring>

#include "loader/entry_interface.h"

namespace onnxifi::loader {

namespace {

// Longer texts and names are cut; a plugin's may not even end.
constexpr size_t kMaxText = 4096;
constexpr size_t kMaxName = 512;
constexpr uint32_t kMaxStructSize = 4096;
constexpr uint32_t kMaxOptions = 4096;

// What getError has told last on this thread. Plain data.
struct ErrorTexts {
  char text[kMaxText];
  char node[kMaxName];
  char op[kMaxName];
};
thread_local ErrorTexts t_texts;

const char* Keep(const char* from, char* to, size_t capacity) {
  if (from == nullptr) return nullptr;
  const size_t length = strnlen(from, capacity - 1);
  std::memcpy(to, from, length);
  to[length] = '\0';
  return to;
}

// What the loader itself knows of the last failure of this thread.
onnxErrorInfo OwnError() {
  size_t size = sizeof(t_texts.text);
  if (CopyLastError(t_texts.text, &size) != ONNXIFI_STATUS_SUCCESS) {
    t_texts.text[0] = '\0';
  }
  onnxErrorInfo error = {};
  error.status = LastStatus();
  error.text = t_texts.text;
  return error;
}

// The plugin's words on the thread's last failure, when that was the plugin's,
// or on an event.
onnxErrorInfo PluginError(const HandleEntry& id, onnxEvent event,
                          onnxStatus* status) {
  onnxErrorInfo told = {};
  told.structSize = sizeof(told);
  onnxGetErrorArguments inner = {};
  inner.structSize = sizeof(inner);
  inner.backendID = id.inner;
  inner.event = event;
  inner.error = &told;
  // Not through CallPlugin: the last failure is to stay what it is.
  try {
    *status = id.device->interface.inner.getError(&inner);
  } catch (...) {
    *status = ONNXIFI_STATUS_INTERNAL_ERROR;
  }
  if (!IsKnownStatus(*status) || *status == ONNXIFI_STATUS_FALLBACK) {
    *status = ONNXIFI_STATUS_INTERNAL_ERROR;
  }
  if (*status != ONNXIFI_STATUS_SUCCESS) return {};
  if (!IsRunStatus(told.status)) told.status = ONNXIFI_STATUS_INTERNAL_ERROR;
  const char* const text = Keep(told.text, t_texts.text, kMaxText);
  told.text = text == nullptr ? "" : text;
  const bool about_node =
      told.nodeName != nullptr && told.operatorName != nullptr;
  told.nodeName =
      about_node ? Keep(told.nodeName, t_texts.node, kMaxName) : nullptr;
  told.operatorName =
      about_node ? Keep(told.operatorName, t_texts.op, kMaxName) : nullptr;
  return told;
}

}  // namespace

// No failure of this call may replace what it is asked for: none is remembered.
onnxStatus ONNXIFI_ABI EntryGetError(const onnxGetErrorArguments* arguments) {
  if (arguments == nullptr) return ONNXIFI_STATUS_INVALID_POINTER;
  if (arguments->structSize < sizeof(*arguments)) {
    return ONNXIFI_STATUS_INVALID_SIZE;
  }
  if (arguments->next != nullptr) return ONNXIFI_STATUS_UNSUPPORTED_PROPERTY;
  HandleEntry id;
  if (!FindHandle(arguments->backendID, HandleKind::kId, &id)) {
    return ONNXIFI_STATUS_INVALID_ID;
  }
  if (arguments->error == nullptr) return ONNXIFI_STATUS_INVALID_POINTER;
  if (arguments->error->structSize < sizeof(onnxErrorInfo)) {
    return ONNXIFI_STATUS_INVALID_SIZE;
  }
  const bool plugin_tells = id.device->interface.inner.getError != nullptr;
  onnxErrorInfo error = {};
  if (arguments->event == nullptr) {
    onnxStatus status = ONNXIFI_STATUS_INTERNAL_ERROR;
    if (plugin_tells && LastWasOf(id.device)) {
      error = PluginError(id, nullptr, &status);
    }
    if (status != ONNXIFI_STATUS_SUCCESS) error = OwnError();
  } else {
    HandleEntry event;
    if (!FindHandle(arguments->event, HandleKind::kEvent, &event) ||
        event.device->plugin != id.device->plugin) {
      return ONNXIFI_STATUS_INVALID_EVENT;
    }
    if (!plugin_tells) return ONNXIFI_STATUS_UNSUPPORTED_VERSION;
    onnxStatus status = ONNXIFI_STATUS_INTERNAL_ERROR;
    error = PluginError(id, event.inner, &status);
    if (status != ONNXIFI_STATUS_SUCCESS) return status;
  }
  GiveResult(error, arguments->error);
  return ONNXIFI_STATUS_SUCCESS;
}

namespace {

const char* JudgeOptions(uint32_t count, const onnxOptionInfo* options) {
  if (count == 0) return nullptr;
  if (count > kMaxOptions) return "it has more options than anybody can know";
  if (options == nullptr) return "it has options, but gives none";
  if (reinterpret_cast<uintptr_t>(options) % alignof(onnxOptionInfo) != 0) {
    return "its options are not aligned";
  }
  const uint32_t stride = options->structSize;
  if (stride < sizeof(onnxOptionInfo) || stride > kMaxStructSize ||
      stride % alignof(onnxOptionInfo) != 0) {
    return "the structSize in its options is not one that an option can have";
  }
  const auto* at = reinterpret_cast<const char*>(options);
  for (uint32_t i = 0; i < count; ++i, at += stride) {
    const auto* option = reinterpret_cast<const onnxOptionInfo*>(at);
    if (option->structSize != stride) {
      return "the structSize of its options differ";
    }
    if (option->key == nullptr || option->defaultValue == nullptr ||
        option->description == nullptr) {
      return "an option lacks its key, default or description";
    }
  }
  return nullptr;
}

}  // namespace

onnxStatus ONNXIFI_ABI
EntryDescribeOptions(const onnxDescribeOptionsArguments* arguments) {
  constexpr const char* kFunction = "describeOptions";
  const onnxStatus status = CheckArguments(arguments, kFunction);
  if (status != ONNXIFI_STATUS_SUCCESS) return status;
  HandleEntry id;
  if (!FindHandle(arguments->backendID, HandleKind::kId, &id)) {
    return Fail(ONNXIFI_STATUS_INVALID_ID, kFunction, kNoId);
  }
  if (arguments->receive == nullptr) {
    return Fail(ONNXIFI_STATUS_INVALID_POINTER, kFunction, "receive is NULL");
  }
  const onnxDescribeOptionsCall describe =
      id.device->interface.inner.describeOptions;
  if (describe == nullptr) return NotOffered(kFunction);
  AnswerReceiver<uint32_t, const onnxOptionInfo*> receiver(
      arguments->receive, arguments->receiveContext, &JudgeOptions);
  onnxDescribeOptionsArguments inner = CopyOf(*arguments);
  inner.backendID = id.inner;
  inner.receive = &receiver.Receive;
  inner.receiveContext = &receiver;
  return receiver.End(
      CallPlugin(id.device, kFunction,
                 [&](const DispatchTable&) { return describe(&inner); }),
      kFunction, id.device);
}

}  // namespace onnxifi::loader
