// Entry points about backend IDs and backends.
#include <memory>
#include <utility>

#include "backends/common/abi_api.h"
#include "backends/common/abi_arguments.h"
#include "backends/common/abi_guard.h"
#include "backends/common/abi_models.h"
#include "backends/common/backend_info.h"
#include "backends/common/backend_object.h"
#include "backends/common/library.h"
#include "backends/common/properties.h"
#include "base/log.h"

namespace onnxifi::abi {

onnxStatus GetBackendIDs(onnxBackendID* ids, size_t* count) {
  return Guard([&]() -> Status {
    if (count == nullptr) return NullPointer("numBackends");
    return Library::Get().GetIds(ids, count);
  });
}

onnxStatus ReleaseBackendID(onnxBackendID id) {
  return Guard([&] { return Library::Get().ReleaseId(id); });
}

onnxStatus GetBackendInfo(onnxBackendID id, onnxBackendInfo query, void* value,
                          size_t* size) {
  return Guard([&]() -> Status {
    if (size == nullptr) return NullPointer("infoValueSize");
    const Device* device = Library::Get().FindId(id);
    if (device == nullptr) return DeadId();
    return GetInfo(*device->backend, query, value, size);
  });
}

onnxStatus GetBackendCompatibility(onnxBackendID id, size_t model_size,
                                   const void* model) {
  return Guard([&] {
    return CheckModelFor(id, model_size, model, Carrier::kDescriptors);
  });
}

onnxStatus InitBackend(onnxBackendID id, const uint64_t* properties,
                       onnxBackend* backend) {
  return Guard([&]() -> Status {
    if (backend == nullptr) return NullPointer("backend");
    *backend = nullptr;
    Device* device = Library::Get().FindId(id);
    if (device == nullptr) return DeadId();
    ONNXIFI_ASSIGN_OR_RETURN(const BackendProperties wanted,
                             ReadBackendProperties(properties));
    std::unique_ptr<Backend> own;
    if (wanted.handles.any()) {
      ONNXIFI_ASSIGN_OR_RETURN(own, device->backend->Open(wanted.handles));
    }
    const Ref<BackendObject> object = BackendObject::Table().Create(
        *device, std::move(own), wanted.options, wanted.tolerant);
    if (wanted.log_level != 0) {
      SetLogLevel(static_cast<LogLevel>(wanted.log_level));
    }
    *backend = Hand(object);
    return Status::Ok();
  });
}

onnxStatus ReleaseBackend(onnxBackend backend) {
  return Guard([&]() -> Status {
    Ref<BackendObject> object = BackendObject::Table().Kill(backend);
    if (!object) return DeadBackend();
    object->copies().WaitIdle();
    object = {};
    Library::Get().HandleGone();
    return Status::Ok();
  });
}

}  // namespace onnxifi::abi
