#include "backends/opencl/cl_library.h"

#include <dlfcn.h>
#include <stdlib.h>

#include <mutex>

#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

constexpr char kDefaultLibrary[] = "libOpenCL.so.1";

struct ErrorName {
  cl_int error;
  const char* name;
};
#define ONNXIFI_CL_ERROR(name) \
  { name, #name }
constexpr ErrorName kErrorNames[] = {
    ONNXIFI_CL_ERROR(CL_DEVICE_NOT_FOUND),
    ONNXIFI_CL_ERROR(CL_DEVICE_NOT_AVAILABLE),
    ONNXIFI_CL_ERROR(CL_COMPILER_NOT_AVAILABLE),
    ONNXIFI_CL_ERROR(CL_MEM_OBJECT_ALLOCATION_FAILURE),
    ONNXIFI_CL_ERROR(CL_OUT_OF_RESOURCES),
    ONNXIFI_CL_ERROR(CL_OUT_OF_HOST_MEMORY),
    ONNXIFI_CL_ERROR(CL_MEM_COPY_OVERLAP),
    ONNXIFI_CL_ERROR(CL_BUILD_PROGRAM_FAILURE),
    ONNXIFI_CL_ERROR(CL_MAP_FAILURE),
    ONNXIFI_CL_ERROR(CL_MISALIGNED_SUB_BUFFER_OFFSET),
    ONNXIFI_CL_ERROR(CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST),
    ONNXIFI_CL_ERROR(CL_INVALID_VALUE),
    ONNXIFI_CL_ERROR(CL_INVALID_PLATFORM),
    ONNXIFI_CL_ERROR(CL_INVALID_DEVICE),
    ONNXIFI_CL_ERROR(CL_INVALID_CONTEXT),
    ONNXIFI_CL_ERROR(CL_INVALID_QUEUE_PROPERTIES),
    ONNXIFI_CL_ERROR(CL_INVALID_COMMAND_QUEUE),
    ONNXIFI_CL_ERROR(CL_INVALID_MEM_OBJECT),
    ONNXIFI_CL_ERROR(CL_INVALID_BINARY),
    ONNXIFI_CL_ERROR(CL_INVALID_BUILD_OPTIONS),
    ONNXIFI_CL_ERROR(CL_INVALID_PROGRAM),
    ONNXIFI_CL_ERROR(CL_INVALID_PROGRAM_EXECUTABLE),
    ONNXIFI_CL_ERROR(CL_INVALID_KERNEL_NAME),
    ONNXIFI_CL_ERROR(CL_INVALID_KERNEL),
    ONNXIFI_CL_ERROR(CL_INVALID_ARG_INDEX),
    ONNXIFI_CL_ERROR(CL_INVALID_ARG_VALUE),
    ONNXIFI_CL_ERROR(CL_INVALID_ARG_SIZE),
    ONNXIFI_CL_ERROR(CL_INVALID_KERNEL_ARGS),
    ONNXIFI_CL_ERROR(CL_INVALID_WORK_DIMENSION),
    ONNXIFI_CL_ERROR(CL_INVALID_WORK_GROUP_SIZE),
    ONNXIFI_CL_ERROR(CL_INVALID_WORK_ITEM_SIZE),
    ONNXIFI_CL_ERROR(CL_INVALID_EVENT),
    ONNXIFI_CL_ERROR(CL_INVALID_OPERATION),
    ONNXIFI_CL_ERROR(CL_INVALID_BUFFER_SIZE),
};
#undef ONNXIFI_CL_ERROR
// Of the loader of drivers, cl_khr_icd.
constexpr cl_int kPlatformNotFound = -1001;

Result<ClLibrary> Load() {
  const char* path = secure_getenv("ONNXIFI_OPENCL_LIBRARY");
  if (path == nullptr || *path == '\0') path = kDefaultLibrary;
  void* const library = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (library == nullptr) {
    return Status(ONNXIFI_STATUS_BACKEND_UNAVAILABLE,
                  StrCat("OpenCL cannot be loaded: ", dlerror(),
                         "; install the system's OpenCL loader "
                         "(ocl-icd-libopencl1) and the device's driver"));
  }
  ClLibrary functions;
#define ONNXIFI_CL_FUNCTION(name)                                              \
  functions.name = reinterpret_cast<decltype(&::name)>(dlsym(library, #name)); \
  if (functions.name == nullptr) {                                             \
    return Status(                                                             \
        ONNXIFI_STATUS_BACKEND_UNAVAILABLE,                                    \
        StrCat("'", path,                                                      \
               "' has no function " #name ": OpenCL 1.2 or newer is needed")); \
  }
#include "backends/opencl/cl_functions.inc"
  return functions;
}

}  // namespace

Result<const ClLibrary*> ClLibrary::Get() {
  static std::mutex mutex;
  static ClLibrary library;
  static bool loaded = false;
  const std::lock_guard<std::mutex> lock(mutex);
  // What could not be loaded may be there the next time.
  if (!loaded) {
    ONNXIFI_ASSIGN_OR_RETURN(library, Load());
    loaded = true;
  }
  return &library;
}

std::string ClErrorText(cl_int error) {
  if (error == kPlatformNotFound) return "CL_PLATFORM_NOT_FOUND_KHR (-1001)";
  for (const ErrorName& each : kErrorNames) {
    if (each.error == error) return StrCat(each.name, " (", error, ")");
  }
  return StrCat("error ", error);
}

onnxStatus ClErrorStatus(cl_int error) {
  switch (error) {
    case CL_SUCCESS:
      return ONNXIFI_STATUS_SUCCESS;
    case CL_OUT_OF_HOST_MEMORY:
      return ONNXIFI_STATUS_NO_SYSTEM_MEMORY;
    case CL_MEM_OBJECT_ALLOCATION_FAILURE:
    case CL_INVALID_BUFFER_SIZE:
      return ONNXIFI_STATUS_NO_DEVICE_MEMORY;
    case CL_OUT_OF_RESOURCES:
      return ONNXIFI_STATUS_NO_DEVICE_RESOURCES;
    case CL_DEVICE_NOT_AVAILABLE:
    case CL_DEVICE_NOT_FOUND:
    case CL_COMPILER_NOT_AVAILABLE:
    case kPlatformNotFound:
      return ONNXIFI_STATUS_BACKEND_UNAVAILABLE;
    default:
      return ONNXIFI_STATUS_INTERNAL_ERROR;
  }
}

Status ClError(const char* call, cl_int error) {
  return Status(ClErrorStatus(error),
                StrCat(call, " failed: ", ClErrorText(error)));
}

}  // namespace onnxifi::opencl
