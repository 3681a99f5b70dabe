#include "backends/common/properties.h"

#include <onnxifi/onnxifi.h>
#include <onnxifi/onnxifi_ext.h>

#include "base/cpu_count.h"
#include "base/str_cat.h"

namespace onnxifi::abi {
namespace {

Status InvalidValue(const char* property, uint64_t value) {
  return Status(ONNXIFI_STATUS_INVALID_PROPERTY,
                StrCat(value, " is not a value of property ", property));
}

Status Apply(uint64_t key, uint64_t value, BackendProperties* properties) {
  switch (key) {
    case ONNXIFI_BACKEND_PROPERTY_OPTIMIZATION:
      if (value > ONNXIFI_OPTIMIZATION_LOW_DELAY) {
        return InvalidValue("OPTIMIZATION", value);
      }
      properties->options.optimization = value;
      return Status::Ok();
    case ONNXIFI_BACKEND_PROPERTY_LOG_LEVEL:
      if (value < ONNXIFI_LOG_LEVEL_DEBUG || value > ONNXIFI_LOG_LEVEL_ERROR) {
        return InvalidValue("LOG_LEVEL", value);
      }
      properties->log_level = static_cast<int>(value);
      return Status::Ok();
    case ONNXIFI_BACKEND_PROPERTY_TOLERANT:
      if (value > 1) return InvalidValue("TOLERANT", value);
      properties->tolerant = value == 1;
      return Status::Ok();
    case ONNXIFI_BACKEND_CUDA_STREAM:
      properties->handles.cuda_stream = value;
      return Status::Ok();
    case ONNXIFI_BACKEND_OPENCL_CONTEXT:
      properties->handles.opencl_context = value;
      return Status::Ok();
    case ONNXIFI_BACKEND_PROPERTY_OPENCL_QUEUE:
      properties->handles.opencl_queue = value;
      return Status::Ok();
    default:
      return Status(ONNXIFI_STATUS_UNSUPPORTED_PROPERTY,
                    StrCat("backend property ", key, " is not known"));
  }
}

}  // namespace

Result<BackendProperties> ReadBackendProperties(const uint64_t* list) {
  BackendProperties properties;
  properties.tolerant = EnvInt("ONNXIFI_TOLERANT", 0, 1, 0) == 1;
  if (list == nullptr) return properties;
  for (; list[0] != ONNXIFI_BACKEND_PROPERTY_NONE; list += 2) {
    ONNXIFI_RETURN_IF_ERROR(Apply(list[0], list[1], &properties));
  }
  return properties;
}

Status CheckGraphProperties(const uint64_t* list) {
  if (list == nullptr || list[0] == ONNXIFI_GRAPH_PROPERTY_NONE) {
    return Status::Ok();
  }
  return Status(ONNXIFI_STATUS_UNSUPPORTED_PROPERTY,
                StrCat("graph property ", list[0], " is not known"));
}

}  // namespace onnxifi::abi
