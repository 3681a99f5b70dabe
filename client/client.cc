#include "client/client.h"

#include <onnxifi/onnxifi_ext.h>
#include <onnxifi/onnxifi_loader.h>
#include <stdlib.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "base/str_cat.h"
#include "client/text.h"

namespace onnxifi::client {
namespace {

struct StatusRow {
  onnxStatus code;
  const char* name;
};

#define ROW(name) \
  { ONNXIFI_STATUS_##name, #name }
constexpr StatusRow kStatusRows[] = {
    ROW(SUCCESS),
    ROW(FALLBACK),
    ROW(INVALID_ID),
    ROW(INVALID_SIZE),
    ROW(INVALID_POINTER),
    ROW(INVALID_PROTOBUF),
    ROW(INVALID_MODEL),
    ROW(INVALID_BACKEND),
    ROW(INVALID_GRAPH),
    ROW(INVALID_EVENT),
    ROW(INVALID_STATE),
    ROW(INVALID_NAME),
    ROW(INVALID_SHAPE),
    ROW(INVALID_DATATYPE),
    ROW(INVALID_MEMORY_TYPE),
    ROW(INVALID_MEMORY_LOCATION),
    ROW(INVALID_FENCE_TYPE),
    ROW(INVALID_PROPERTY),
    ROW(UNSUPPORTED_TAG),
    ROW(UNSUPPORTED_VERSION),
    ROW(UNSUPPORTED_OPERATOR),
    ROW(UNSUPPORTED_ATTRIBUTE),
    ROW(UNSUPPORTED_SHAPE),
    ROW(UNSUPPORTED_DATATYPE),
    ROW(UNSUPPORTED_MEMORY_TYPE),
    ROW(UNSUPPORTED_FENCE_TYPE),
    ROW(UNSUPPORTED_PROPERTY),
    ROW(UNIDENTIFIED_NAME),
    ROW(MISMATCHING_SHAPE),
    ROW(MISMATCHING_DATATYPE),
    ROW(NO_SYSTEM_MEMORY),
    ROW(NO_DEVICE_MEMORY),
    ROW(NO_SYSTEM_RESOURCES),
    ROW(NO_DEVICE_RESOURCES),
    ROW(BACKEND_UNAVAILABLE),
    ROW(INTERNAL_ERROR),
    ROW(CANCELLED),
    ROW(DEADLINE_EXCEEDED),
};
#undef ROW

// Texts longer than this are a plugin's mistake and are cut.
constexpr size_t kMaxText = 64 * 1024;

std::string LastErrorText() {
  size_t size = 0;
  if (onnxifiGetLastError(nullptr, &size) != ONNXIFI_STATUS_FALLBACK) return "";
  if (size <= 1 || size > kMaxText) return "";
  std::string text(size, '\0');
  if (onnxifiGetLastError(text.data(), &size) != ONNXIFI_STATUS_SUCCESS) {
    return "";
  }
  text.resize(std::strlen(text.c_str()));
  return EscapeText(text);
}

std::string Lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

onnxTensorDescriptorV1 Describe(const HostTensor& tensor) {
  static_assert(sizeof(int64_t) == sizeof(uint64_t));
  onnxTensorDescriptorV1 descriptor{};
  descriptor.tag = ONNXIFI_TAG_TENSOR_DESCRIPTOR_V1;
  descriptor.name = tensor.name().c_str();
  descriptor.dataType = static_cast<onnxEnum>(tensor.type());
  descriptor.memoryType = ONNXIFI_MEMORY_TYPE_CPU;
  descriptor.dimensions = static_cast<uint32_t>(tensor.dims().size());
  // Dimensions of a HostTensor are not negative, so the bits are the same.
  descriptor.shape = reinterpret_cast<const uint64_t*>(tensor.dims().data());
  descriptor.buffer = reinterpret_cast<onnxPointer>(tensor.bytes().data());
  return descriptor;
}

Result<Event> MakeSignalledEvent(const Backend& backend) {
  onnxEvent handle{};
  ONNXIFI_RETURN_IF_ERROR(CallStatus(onnxInitEvent(backend.get(), &handle)));
  Event event(handle);
  ONNXIFI_RETURN_IF_ERROR(CallStatus(onnxSignalEvent(event.get())));
  return event;
}

}  // namespace

std::string StatusName(onnxStatus status) {
  for (const StatusRow& row : kStatusRows) {
    if (row.code == status) return row.name;
  }
  return StrCat("status ", status);
}

bool IsRefusal(onnxStatus status) { return status >> 8 == 0x02; }

Status CallStatus(onnxStatus code) {
  if (code == ONNXIFI_STATUS_SUCCESS || code == ONNXIFI_STATUS_FALLBACK) {
    return Status::Ok();
  }
  std::string text = LastErrorText();
  if (text.empty()) text = StatusName(code);
  return Status(code, std::move(text));
}

Result<BackendList> BackendList::Open() {
  size_t count = 0;
  onnxStatus status = onnxGetBackendIDs(nullptr, &count);
  std::vector<onnxBackendID> ids;
  // A backend may appear between the two calls, hence the second try.
  for (int attempt = 0; attempt < 2 && status == ONNXIFI_STATUS_FALLBACK;
       ++attempt) {
    ids.assign(count + 1, nullptr);
    count = ids.size();
    status = onnxGetBackendIDs(ids.data(), &count);
  }
  ONNXIFI_RETURN_IF_ERROR(CallStatus(status));
  ids.resize(count);
  return BackendList(std::move(ids));
}

BackendList::~BackendList() {
  for (onnxBackendID id : ids_) static_cast<void>(onnxReleaseBackendID(id));
}

std::optional<std::string> InfoText(onnxBackendID id,
                                    onnxBackendInfo selector) {
  size_t size = 0;
  if (onnxGetBackendInfo(id, selector, nullptr, &size) !=
          ONNXIFI_STATUS_FALLBACK ||
      size > kMaxText) {
    return std::nullopt;
  }
  std::string text(size, '\0');
  if (onnxGetBackendInfo(id, selector, text.data(), &size) !=
      ONNXIFI_STATUS_SUCCESS) {
    return std::nullopt;
  }
  text.resize(std::strlen(text.c_str()));
  return text;
}

std::optional<uint64_t> InfoNumber(onnxBackendID id, onnxBackendInfo selector) {
  uint64_t number = 0;
  size_t size = sizeof(number);
  if (onnxGetBackendInfo(id, selector, &number, &size) !=
          ONNXIFI_STATUS_SUCCESS ||
      size != sizeof(number)) {
    return std::nullopt;
  }
  return number;
}

Result<Backend> InitBackend(onnxBackendID id) {
  const std::array<uint64_t, 3> tolerant = {ONNXIFI_BACKEND_PROPERTY_TOLERANT,
                                            1, ONNXIFI_BACKEND_PROPERTY_NONE};
  onnxBackend handle{};
  onnxStatus status = onnxInitBackend(id, tolerant.data(), &handle);
  if (status == ONNXIFI_STATUS_UNSUPPORTED_PROPERTY) {
    status = onnxInitBackend(id, nullptr, &handle);
  }
  ONNXIFI_RETURN_IF_ERROR(CallStatus(status));
  return Backend(handle);
}

Result<CompiledGraph> CompiledGraph::Compile(
    const Backend& backend, std::span<const std::byte> model,
    const std::optional<Interface>& interface,
    std::span<const onnxTensorDescriptorV1> weights) {
  ONNXIFI_ASSIGN_OR_RETURN(Event ready, MakeSignalledEvent(backend));
  if (interface.has_value()) {
    ONNXIFI_ASSIGN_OR_RETURN(
        onnxGraph made, interface->InitGraph(backend.get(), model, weights));
    return CompiledGraph(Handle(made), std::move(ready));
  }
  // An empty file has no address; its size is what is wrong with it.
  const void* model_bytes =
      model.empty() ? "" : static_cast<const void*>(model.data());
  onnxGraph handle{};
  ONNXIFI_RETURN_IF_ERROR(CallStatus(
      onnxInitGraph(backend.get(), nullptr, model.size(), model_bytes,
                    static_cast<uint32_t>(weights.size()),
                    weights.empty() ? nullptr : weights.data(), &handle)));
  return CompiledGraph(Handle(handle), std::move(ready));
}

Status CompiledGraph::Bind(std::span<const HostValue> inputs,
                           std::span<HostValue> outputs) {
  std::vector<onnxTensorDescriptorV1> in;
  std::vector<onnxTensorDescriptorV1> out;
  for (const HostValue& value : inputs) in.push_back(Describe(value.tensor));
  for (const HostValue& value : outputs) out.push_back(Describe(value.tensor));
  return CallStatus(
      onnxSetGraphIO(graph_.get(), static_cast<uint32_t>(in.size()), in.data(),
                     static_cast<uint32_t>(out.size()), out.data()));
}

Status CompiledGraph::Run() {
  onnxMemoryFenceV1 input{};
  input.tag = ONNXIFI_TAG_MEMORY_FENCE_V1;
  input.type = ONNXIFI_SYNCHRONIZATION_EVENT;
  input.event = ready_.get();
  onnxMemoryFenceV1 output{};
  output.tag = ONNXIFI_TAG_MEMORY_FENCE_V1;
  output.type = ONNXIFI_SYNCHRONIZATION_EVENT;
  ONNXIFI_RETURN_IF_ERROR(
      CallStatus(onnxRunGraph(graph_.get(), &input, &output)));
  const Event done(output.event);
  return CallStatus(onnxWaitEvent(done.get()));
}

Status UsePlugin(const BackendChoice& choice) {
  if (choice.plugin.empty()) return Status::Ok();
  char* absolute = ::realpath(choice.plugin.c_str(), nullptr);
  if (absolute == nullptr) {
    return Status(ONNXIFI_STATUS_BACKEND_UNAVAILABLE,
                  StrCat("plugin '", EscapeText(choice.plugin),
                         "': ", std::strerror(errno), ": check the path"));
  }
  const int failed = ::setenv("ONNXIFI_PLUGIN_FILES", absolute, 1);
  std::free(absolute);
  return failed == 0 ? Status::Ok()
                     : Status(ONNXIFI_STATUS_NO_SYSTEM_MEMORY,
                              "plugin: no memory for the environment");
}

Result<onnxBackendID> ChooseBackend(const BackendList& list,
                                    const BackendChoice& choice) {
  if (list.ids().empty()) {
    return Status(ONNXIFI_STATUS_BACKEND_UNAVAILABLE,
                  "backend: no plugin offers one: see `onnxifi info`");
  }
  const std::string wanted = Lower(choice.backend);
  std::vector<std::string> names;
  std::string offered;
  for (size_t i = 0; i < list.ids().size(); ++i) {
    const std::string name =
        InfoText(list.ids()[i], ONNXIFI_BACKEND_NAME).value_or("(unnamed)");
    names.push_back(Lower(name));
    if (names[i] == wanted || std::to_string(i) == wanted) {
      return list.ids()[i];
    }
    offered += StrCat(i == 0 ? "" : ", ", i, " '", EscapeText(name), "'");
  }
  for (size_t i = 0; i < names.size(); ++i) {
    const bool null = names[i].find("null") != std::string::npos;
    const bool fits =
        wanted.empty() ? !null : names[i].find(wanted) != std::string::npos;
    if (fits) return list.ids()[i];
  }
  if (wanted.empty()) return list.ids()[0];
  return Status(ONNXIFI_STATUS_BACKEND_UNAVAILABLE,
                StrCat("backend '", EscapeText(choice.backend),
                       "': no plugin offers it: choose one of ", offered));
}

}  // namespace onnxifi::client
