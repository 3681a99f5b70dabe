#include "backends/common/backend_info.h"

#include <onnxifi/onnxifi_ext.h>
#include <unistd.h>

#include <cstring>
#include <limits>
#include <optional>
#include <string_view>

#include "base/str_cat.h"

namespace onnxifi::abi {
namespace {

constexpr uint64_t kInterfaceVersion = uint64_t{1} << 32;
constexpr std::string_view kExtensions =
    "onnx_extension_function onnxSetIOAndRunGraphFunction "
    "" ONNXIFI_GET_LAST_ERROR_FUNCTION_NAME
    " " ONNXIFI_GET_INTERFACE_FUNCTION_NAME;

uint64_t HostMemoryBytes() {
  const long pages = sysconf(_SC_PHYS_PAGES);
  const long page_bytes = sysconf(_SC_PAGESIZE);
  if (pages <= 0 || page_bytes <= 0) return 0;
  return static_cast<uint64_t>(pages) * static_cast<uint64_t>(page_bytes);
}

uint64_t MemorySize(const BackendInfo& info) {
  return info.memory_size != 0 ? info.memory_size : HostMemoryBytes();
}

std::optional<std::string_view> TextOf(const BackendInfo& info,
                                       onnxBackendInfo query) {
  switch (query) {
    case ONNXIFI_BACKEND_NAME:
      return info.name;
    case ONNXIFI_BACKEND_VENDOR:
      return info.vendor;
    case ONNXIFI_BACKEND_VERSION:
      return info.version;
    case ONNXIFI_BACKEND_EXTENSIONS:
      return kExtensions;
    case ONNXIFI_BACKEND_DEVICE:
      return info.device;
    case ONNXIFI_BACKEND_ONNX_IR_VERSION:
      return info.ir_versions;
    case ONNXIFI_BACKEND_OPSET_VERSION:
      return info.opset_versions;
    default:
      return std::nullopt;
  }
}

std::optional<uint64_t> UnlessZero(uint64_t number) {
  return number != 0 ? std::optional(number) : std::nullopt;
}

uint64_t MemoryTypes(const Backend& backend) {
  return backend.info().memory_types |
         (backend.memory() != nullptr ? ONNXIFI_MEMORY_TYPE_DEVICE : 0);
}

std::optional<uint64_t> RateOf(const BackendInfo& info, onnxBackendInfo query) {
  switch (query) {
    case ONNXIFI_BACKEND_MACS_FP32:
      return UnlessZero(info.macs_fp32);
    case ONNXIFI_BACKEND_MACS_FP16:
      return UnlessZero(info.macs_fp16);
    case ONNXIFI_BACKEND_MEMORY_BANDWIDTH:
      return UnlessZero(info.memory_bandwidth);
    case ONNXIFI_BACKEND_CPU_MEMORY_READ_BANDWIDTH:
      return UnlessZero(info.cpu_read_bandwidth);
    default:
      return UnlessZero(info.cpu_write_bandwidth);
  }
}

std::optional<uint64_t> NumberOf(const Backend& backend,
                                 onnxBackendInfo query) {
  const BackendInfo& info = backend.info();
  switch (query) {
    case ONNXIFI_BACKEND_ONNXIFI_VERSION:
      return kInterfaceVersion;
    case ONNXIFI_BACKEND_DEVICE_TYPE:
      return info.device_type;
    case ONNXIFI_BACKEND_CAPABILITIES:
      return OfferedCapabilities(info);
    case ONNXIFI_BACKEND_INIT_PROPERTIES:
      return ONNXIFI_BACKEND_PROPERTY_TOLERANT >> 32 << 32;
    case ONNXIFI_BACKEND_GRAPH_INIT_PROPERTIES:
    case ONNXIFI_BACKEND_SYNCHRONIZATION_TYPES:
      return 0;
    case ONNXIFI_BACKEND_MEMORY_TYPES:
      return MemoryTypes(backend);
    case ONNXIFI_BACKEND_MEMORY_SIZE:
      return MemorySize(info);
    case ONNXIFI_BACKEND_MAX_GRAPH_SIZE:
      return info.max_graph_size != 0 ? info.max_graph_size : MemorySize(info);
    case ONNXIFI_BACKEND_MAX_GRAPH_COUNT:
      return MaxGraphCount(info);
    case ONNXIFI_BACKEND_MACS_FP32:
    case ONNXIFI_BACKEND_MACS_FP16:
    case ONNXIFI_BACKEND_MEMORY_BANDWIDTH:
    case ONNXIFI_BACKEND_CPU_MEMORY_READ_BANDWIDTH:
    case ONNXIFI_BACKEND_CPU_MEMORY_WRITE_BANDWIDTH:
      return RateOf(backend.MeasuredInfo(), query);
    case ONNXIFI_BACKEND_OPENCL_PLATFORM_ID:
      return UnlessZero(info.opencl_platform_id);
    case ONNXIFI_BACKEND_OPENCL_DEVICE_ID:
      return UnlessZero(info.opencl_device_id);
    default:
      return std::nullopt;
  }
}

// The size protocol of all queries.
Status Store(const void* from, size_t bytes, void* value, size_t* size) {
  const bool fits = value != nullptr && *size >= bytes;
  *size = bytes;
  if (!fits) return Status(ONNXIFI_STATUS_FALLBACK, "");
  std::memcpy(value, from, bytes);
  return Status::Ok();
}

}  // namespace

uint64_t OfferedCapabilities(const BackendInfo& info) {
  uint64_t bits = info.capabilities;
  bits &= ~uint64_t{ONNXIFI_CAPABILITY_VARIABLE_BATCH_SIZE |
                    ONNXIFI_CAPABILITY_VARIABLE_SIZE_OUTPUTS};
  if ((bits & ONNXIFI_CAPABILITY_SYMBOLIC_SIZE_TENSORS) != 0) {
    bits |= ONNXIFI_CAPABILITY_SYMBOLIC_BATCH_SIZE;
  }
  return bits;
}

uint64_t MaxGraphCount(const BackendInfo& info) {
  return info.max_graph_count != 0 ? info.max_graph_count
                                   : std::numeric_limits<uint32_t>::max();
}

Status GetInfo(const Backend& backend, onnxBackendInfo query, void* value,
               size_t* size) {
  if (const auto text = TextOf(backend.info(), query)) {
    // The copy has the terminating NUL, which counts.
    const std::string terminated(*text);
    return Store(terminated.c_str(), terminated.size() + 1, value, size);
  }
  if (const auto number = NumberOf(backend, query)) {
    return Store(&*number, sizeof(*number), value, size);
  }
  return Status(
      ONNXIFI_STATUS_UNSUPPORTED_ATTRIBUTE,
      StrCat("this backend does not answer information query ", query));
}

}  // namespace onnxifi::abi
