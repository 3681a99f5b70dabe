#include "backends/opencl/native_handle.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

constexpr size_t kMaxDevices = 1024;

// Reads a word where there may be no memory: the kernel finds out.
bool ReadWord(uint64_t address, uint64_t* word) {
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return false;
  const auto* from = reinterpret_cast<const void*>(address);
  const bool read = ::write(ends[1], from, sizeof(*word)) == sizeof(*word) &&
                    ::read(ends[0], word, sizeof(*word)) == sizeof(*word);
  ::close(ends[0]);
  ::close(ends[1]);
  return read;
}

// With cl_khr_icd every object begins with the address of its driver's
// functions.
bool LooksLikeObject(const Device& device, uint64_t handle) {
  uint64_t word = 0;
  if (handle % sizeof(void*) != 0 || !ReadWord(handle, &word)) return false;
  uint64_t known = 0;
  std::memcpy(&known, device.id(), sizeof(known));
  return !device.facts().has_icd || word == known;
}

template <typename T, typename Query, typename Object>
Result<T> Ask(const char* call, const Query& query, Object object,
              cl_uint what) {
  T value = {};
  ONNXIFI_CL_RETURN_IF_ERROR(
      call, query(object, what, sizeof(value), &value, nullptr));
  return value;
}

Status Wrong(const char* property, const char* why) {
  return Status(ONNXIFI_STATUS_INVALID_PROPERTY,
                StrCat("the value of property ", property, " is ", why));
}

Status CheckContext(const Device& device, cl_context context) {
  const ClLibrary& cl = device.cl();
  size_t bytes = 0;
  ONNXIFI_CL_RETURN_IF_ERROR(
      "clGetContextInfo",
      cl.clGetContextInfo(context, CL_CONTEXT_DEVICES, 0, nullptr, &bytes));
  if (bytes > kMaxDevices * sizeof(cl_device_id)) {
    return Wrong("OPENCL_CONTEXT", "a context of more devices than there are");
  }
  std::vector<cl_device_id> ids(bytes / sizeof(cl_device_id));
  ONNXIFI_CL_RETURN_IF_ERROR("clGetContextInfo",
                             cl.clGetContextInfo(context, CL_CONTEXT_DEVICES,
                                                 bytes, ids.data(), nullptr));
  if (std::find(ids.begin(), ids.end(), device.id()) == ids.end()) {
    return Wrong("OPENCL_CONTEXT", "a context of other devices");
  }
  return Status::Ok();
}

Result<cl_context> CheckQueue(const Device& device, cl_command_queue queue) {
  const ClLibrary& cl = device.cl();
  constexpr const char* kCall = "clGetCommandQueueInfo";
  ONNXIFI_ASSIGN_OR_RETURN(const cl_device_id id,
                           Ask<cl_device_id>(kCall, cl.clGetCommandQueueInfo,
                                             queue, CL_QUEUE_DEVICE));
  if (id != device.id()) {
    return Wrong("OPENCL_QUEUE", "a queue of another device");
  }
  ONNXIFI_ASSIGN_OR_RETURN(
      const auto properties,
      Ask<cl_command_queue_properties>(kCall, cl.clGetCommandQueueInfo, queue,
                                       CL_QUEUE_PROPERTIES));
  if ((properties & CL_QUEUE_OUT_OF_ORDER_EXEC_MODE_ENABLE) != 0) {
    return Wrong("OPENCL_QUEUE", "a queue without order");
  }
  return Ask<cl_context>(kCall, cl.clGetCommandQueueInfo, queue,
                         CL_QUEUE_CONTEXT);
}

// nullptr: none was given.
template <typename Object>
Result<Object> ObjectOf(const Device& device, const char* property,
                        const std::optional<uint64_t>& handle) {
  if (!handle.has_value()) return Object{nullptr};
  if (*handle == 0 || !LooksLikeObject(device, *handle)) {
    return Wrong(property, "no object of the device's driver");
  }
  return reinterpret_cast<Object>(*handle);
}

}  // namespace

Result<std::shared_ptr<const Device>> ShareDevice(
    const Device& device, const NativeHandles& handles) {
  if (handles.cuda_stream.has_value()) {
    return Status(ONNXIFI_STATUS_UNSUPPORTED_PROPERTY,
                  "a stream of CUDA is of no use to OpenCL");
  }
  ONNXIFI_ASSIGN_OR_RETURN(
      cl_context context,
      ObjectOf<cl_context>(device, "OPENCL_CONTEXT", handles.opencl_context));
  ONNXIFI_ASSIGN_OR_RETURN(
      const cl_command_queue queue,
      ObjectOf<cl_command_queue>(device, "OPENCL_QUEUE", handles.opencl_queue));
  if (queue != nullptr) {
    ONNXIFI_ASSIGN_OR_RETURN(const cl_context own, CheckQueue(device, queue));
    if (context != nullptr && own != context) {
      return Wrong("OPENCL_QUEUE", "a queue of another context");
    }
    context = own;
  }
  ONNXIFI_RETURN_IF_ERROR(CheckContext(device, context));
  return device.With(context, queue);
}

Result<ClOwned<cl_mem>> ShareBuffer(const Device& device, uint64_t handle,
                                    size_t size) {
  const auto wrong = [](const std::string& why) {
    return Status(ONNXIFI_STATUS_INVALID_MEMORY_LOCATION,
                  StrCat("the buffer of OpenCL ", why));
  };
  if (!LooksLikeObject(device, handle)) {
    return wrong("is no object of the device's driver");
  }
  const ClLibrary& cl = device.cl();
  const auto memory = reinterpret_cast<cl_mem>(handle);
  constexpr const char* kCall = "clGetMemObjectInfo";
  ONNXIFI_ASSIGN_OR_RETURN(const auto type,
                           Ask<cl_mem_object_type>(kCall, cl.clGetMemObjectInfo,
                                                   memory, CL_MEM_TYPE));
  if (type != CL_MEM_OBJECT_BUFFER) return wrong("is an image or a pipe");
  ONNXIFI_ASSIGN_OR_RETURN(
      const auto context,
      Ask<cl_context>(kCall, cl.clGetMemObjectInfo, memory, CL_MEM_CONTEXT));
  if (context != device.context()) {
    return wrong(
        "is of another context than the backend's; give its own to "
        "onnxInitBackend, ONNXIFI_BACKEND_OPENCL_CONTEXT");
  }
  ONNXIFI_ASSIGN_OR_RETURN(
      const auto bytes,
      Ask<size_t>(kCall, cl.clGetMemObjectInfo, memory, CL_MEM_SIZE));
  if (bytes < size) {
    return wrong(StrCat("has ", bytes, " bytes, ", size, " are needed"));
  }
  ONNXIFI_CL_RETURN_IF_ERROR("clRetainMemObject", cl.clRetainMemObject(memory));
  return ClOwned<cl_mem>(memory, cl.clReleaseMemObject);
}

}  // namespace onnxifi::opencl
