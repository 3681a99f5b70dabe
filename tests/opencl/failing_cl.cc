// OpenCL for tests: passes everything on to the system's and lets one call fail,
// the one that failing_cl_set says. Counts what is made and given back.
#define CL_TARGET_OPENCL_VERSION 120
#define CL_USE_DEPRECATED_OPENCL_1_2_APIS
#include <CL/cl.h>
#include <dlfcn.h>

#include <atomic>
#include <cstring>
#include <mutex>
#include <string>

namespace {

std::atomic<long> g_calls{0};
std::atomic<long> g_fail_at{0};
std::atomic<long> g_live{0};
std::atomic<bool> g_lose_device{false};
std::atomic<bool> g_long_log{false};
std::mutex g_mutex;
std::string g_failed;  // guarded by g_mutex

void* Real(const char* name) {
  static void* const library = dlopen("libOpenCL.so.1", RTLD_NOW | RTLD_LOCAL);
  return library == nullptr ? nullptr : dlsym(library, name);
}

// Whether this call is the one that fails, or comes after the device was lost.
bool Fails(const char* name) {
  const long call = ++g_calls;
  const long at = g_fail_at;
  if (at == 0 || call < at || (call > at && !g_lose_device)) return false;
  const std::lock_guard<std::mutex> lock(g_mutex);
  if (g_failed.empty()) g_failed = name;
  return true;
}

cl_int Error(cl_int usual) {
  return g_lose_device ? CL_DEVICE_NOT_AVAILABLE : usual;
}

}  // namespace

#define REAL(name) \
  static const auto real = reinterpret_cast<decltype(&::name)>(Real(#name))

// A function that returns a status.
#define PASS(name, error, parameters, arguments)              \
  extern "C" __attribute__((visibility("default")))           \
  cl_int CL_API_CALL name parameters {                        \
    REAL(name);                                               \
    if (real == nullptr || Fails(#name)) return Error(error); \
    return real arguments;                                    \
  }

// A function that returns an object, and a status through `code`.
#define MAKE(type, name, error, parameters, arguments) \
  extern "C" __attribute__((visibility("default")))    \
  type CL_API_CALL name parameters {                   \
    REAL(name);                                        \
    if (real == nullptr || Fails(#name)) {             \
      if (code != nullptr) *code = Error(error);       \
      return nullptr;                                  \
    }                                                  \
    const type made = real arguments;                  \
    if (made != nullptr) ++g_live;                     \
    return made;                                       \
  }

// A function that gives an object back: never fails, or tests would find leaks.
#define RELEASE(name, type)                                                  \
  extern "C" __attribute__((visibility("default"))) cl_int CL_API_CALL name( \
      type object) {                                                         \
    REAL(name);                                                              \
    --g_live;                                                                \
    return real == nullptr ? CL_INVALID_VALUE : real(object);                \
  }

// A function that takes one more reference, which has to be given back.
#define RETAIN(name, type)                                                    \
  extern "C" __attribute__((visibility("default"))) cl_int CL_API_CALL name(  \
      type object) {                                                          \
    REAL(name);                                                               \
    if (real == nullptr || Fails(#name)) return Error(CL_OUT_OF_HOST_MEMORY); \
    ++g_live;                                                                 \
    return real(object);                                                      \
  }

extern "C" {

// Lets the call number `at` from now on fail, 0: none; with `lose` all that come
// after it fail, too. Forgets what was counted.
__attribute__((visibility("default"))) void failing_cl_set(long at, int lose) {
  const std::lock_guard<std::mutex> lock(g_mutex);
  g_failed.clear();
  g_lose_device = lose != 0;
  g_calls = 0;
  g_live = 0;
  g_fail_at = at;
}

// Compilers' logs are 10 MB long.
__attribute__((visibility("default"))) void failing_cl_long_log(int on) {
  g_long_log = on != 0;
}

// Objects that were made and not given back.
__attribute__((visibility("default"))) long failing_cl_live() { return g_live; }

// The function that has failed; "" when none has.
__attribute__((visibility("default"))) const char* failing_cl_failed() {
  const std::lock_guard<std::mutex> lock(g_mutex);
  return g_failed.c_str();
}

}  // extern "C"

PASS(clGetPlatformIDs, CL_OUT_OF_HOST_MEMORY,
     (cl_uint count, cl_platform_id* ids, cl_uint* got), (count, ids, got))
PASS(clGetPlatformInfo, CL_INVALID_PLATFORM,
     (cl_platform_id id, cl_platform_info what, size_t size, void* to,
      size_t* got),
     (id, what, size, to, got))
PASS(clGetDeviceIDs, CL_OUT_OF_RESOURCES,
     (cl_platform_id platform, cl_device_type type, cl_uint count,
      cl_device_id* ids, cl_uint* got),
     (platform, type, count, ids, got))
PASS(clGetDeviceInfo, CL_INVALID_DEVICE,
     (cl_device_id id, cl_device_info what, size_t size, void* to, size_t* got),
     (id, what, size, to, got))
MAKE(cl_context, clCreateContext, CL_OUT_OF_RESOURCES,
     (const cl_context_properties* properties, cl_uint count,
      const cl_device_id* ids,
      void(CL_CALLBACK* notify)(const char*, const void*, size_t, void*),
      void* context, cl_int* code),
     (properties, count, ids, notify, context, code))
RETAIN(clRetainContext, cl_context)
RELEASE(clReleaseContext, cl_context)
PASS(clGetContextInfo, CL_OUT_OF_HOST_MEMORY,
     (cl_context context, cl_context_info what, size_t size, void* to,
      size_t* got),
     (context, what, size, to, got))
MAKE(cl_command_queue, clCreateCommandQueue, CL_OUT_OF_RESOURCES,
     (cl_context context, cl_device_id id,
      cl_command_queue_properties properties, cl_int* code),
     (context, id, properties, code))
RETAIN(clRetainCommandQueue, cl_command_queue)
RELEASE(clReleaseCommandQueue, cl_command_queue)
PASS(clGetCommandQueueInfo, CL_OUT_OF_HOST_MEMORY,
     (cl_command_queue queue, cl_command_queue_info what, size_t size, void* to,
      size_t* got),
     (queue, what, size, to, got))
MAKE(cl_mem, clCreateBuffer, CL_MEM_OBJECT_ALLOCATION_FAILURE,
     (cl_context context, cl_mem_flags flags, size_t size, void* host,
      cl_int* code),
     (context, flags, size, host, code))
RETAIN(clRetainMemObject, cl_mem)
RELEASE(clReleaseMemObject, cl_mem)
PASS(clGetMemObjectInfo, CL_OUT_OF_HOST_MEMORY,
     (cl_mem memory, cl_mem_info what, size_t size, void* to, size_t* got),
     (memory, what, size, to, got))
MAKE(cl_program, clCreateProgramWithSource, CL_OUT_OF_HOST_MEMORY,
     (cl_context context, cl_uint count, const char** texts,
      const size_t* sizes, cl_int* code),
     (context, count, texts, sizes, code))
MAKE(cl_program, clCreateProgramWithBinary, CL_INVALID_BINARY,
     (cl_context context, cl_uint count, const cl_device_id* ids,
      const size_t* sizes, const unsigned char** binaries, cl_int* states,
      cl_int* code),
     (context, count, ids, sizes, binaries, states, code))
PASS(clBuildProgram, CL_BUILD_PROGRAM_FAILURE,
     (cl_program program, cl_uint count, const cl_device_id* ids,
      const char* options, void(CL_CALLBACK* notify)(cl_program, void*),
      void* context),
     (program, count, ids, options, notify, context))

extern "C" __attribute__((visibility("default"))) cl_int CL_API_CALL
clGetProgramBuildInfo(cl_program program, cl_device_id id,
                      cl_program_build_info what, size_t size, void* to,
                      size_t* got) {
  REAL(clGetProgramBuildInfo);
  if (real == nullptr || Fails("clGetProgramBuildInfo")) {
    return Error(CL_INVALID_PROGRAM);
  }
  if (!g_long_log || what != CL_PROGRAM_BUILD_LOG) {
    return real(program, id, what, size, to, got);
  }
  constexpr size_t kBytes = size_t{10} << 20;
  if (got != nullptr) *got = kBytes;
  if (to != nullptr && size >= kBytes) {
    std::memset(to, 'e', kBytes - 1);
    static_cast<char*>(to)[kBytes - 1] = '\0';
  }
  return CL_SUCCESS;
}

PASS(clGetProgramInfo, CL_OUT_OF_HOST_MEMORY,
     (cl_program program, cl_program_info what, size_t size, void* to,
      size_t* got),
     (program, what, size, to, got))
RELEASE(clReleaseProgram, cl_program)
MAKE(cl_kernel, clCreateKernel, CL_INVALID_KERNEL_NAME,
     (cl_program program, const char* name, cl_int* code),
     (program, name, code))
RELEASE(clReleaseKernel, cl_kernel)
PASS(clSetKernelArg, CL_INVALID_ARG_VALUE,
     (cl_kernel kernel, cl_uint index, size_t size, const void* value),
     (kernel, index, size, value))
PASS(clEnqueueNDRangeKernel, CL_OUT_OF_RESOURCES,
     (cl_command_queue queue, cl_kernel kernel, cl_uint dims,
      const size_t* offset, const size_t* global, const size_t* local,
      cl_uint count, const cl_event* events, cl_event* done),
     (queue, kernel, dims, offset, global, local, count, events, done))
PASS(clEnqueueReadBuffer, CL_OUT_OF_RESOURCES,
     (cl_command_queue queue, cl_mem memory, cl_bool blocks, size_t offset,
      size_t size, void* to, cl_uint count, const cl_event* events,
      cl_event* done),
     (queue, memory, blocks, offset, size, to, count, events, done))
PASS(clEnqueueWriteBuffer, CL_OUT_OF_RESOURCES,
     (cl_command_queue queue, cl_mem memory, cl_bool blocks, size_t offset,
      size_t size, const void* from, cl_uint count, const cl_event* events,
      cl_event* done),
     (queue, memory, blocks, offset, size, from, count, events, done))
PASS(clEnqueueCopyBuffer, CL_OUT_OF_RESOURCES,
     (cl_command_queue queue, cl_mem from, cl_mem to, size_t from_offset,
      size_t to_offset, size_t size, cl_uint count, const cl_event* events,
      cl_event* done),
     (queue, from, to, from_offset, to_offset, size, count, events, done))
PASS(clEnqueueUnmapMemObject, CL_OUT_OF_RESOURCES,
     (cl_command_queue queue, cl_mem memory, void* mapped, cl_uint count,
      const cl_event* events, cl_event* done),
     (queue, memory, mapped, count, events, done))

// A device that is lost does nothing any more: what is in the queue is over when
// this fails, too.
extern "C" __attribute__((visibility("default"))) cl_int CL_API_CALL
clFinish(cl_command_queue queue) {
  REAL(clFinish);
  if (real == nullptr) return CL_INVALID_VALUE;
  const cl_int result = real(queue);
  return Fails("clFinish") ? Error(CL_OUT_OF_RESOURCES) : result;
}

extern "C" __attribute__((visibility("default"))) void* CL_API_CALL
clEnqueueMapBuffer(cl_command_queue queue, cl_mem memory, cl_bool blocks,
                   cl_map_flags flags, size_t offset, size_t size,
                   cl_uint count, const cl_event* events, cl_event* done,
                   cl_int* code) {
  REAL(clEnqueueMapBuffer);
  if (real == nullptr || Fails("clEnqueueMapBuffer")) {
    if (code != nullptr) *code = Error(CL_MAP_FAILURE);
    return nullptr;
  }
  return real(queue, memory, blocks, flags, offset, size, count, events, done,
              code);
}
