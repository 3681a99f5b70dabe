#ifndef ONNXIFI_BACKENDS_OPENCL_CL_LIBRARY_H_
#define ONNXIFI_BACKENDS_OPENCL_CL_LIBRARY_H_

#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>

#include <string>
#include <utility>

#include "base/status.h"

namespace onnxifi::opencl {

// The system's OpenCL, found when it is needed: the plugin loads, and says why
// it has no device, where there is none.
struct ClLibrary {
#define ONNXIFI_CL_FUNCTION(name) decltype(&::name) name = nullptr;
#include "backends/opencl/cl_functions.inc"

  // Loads it once in the life of the process, in which it then stays: drivers
  // have threads that outlive any use. ONNXIFI_OPENCL_LIBRARY names another
  // file than libOpenCL.so.1.
  static Result<const ClLibrary*> Get();
};

// "CL_OUT_OF_RESOURCES (-5)".
std::string ClErrorText(cl_int error);
// The status for a call of OpenCL that failed.
onnxStatus ClErrorStatus(cl_int error);
Status ClError(const char* call, cl_int error);

// Returns from a function that returns Status when a call of OpenCL fails.
#define ONNXIFI_CL_RETURN_IF_ERROR(call, ...)            \
  do {                                                   \
    const cl_int cl_error = (__VA_ARGS__);               \
    if (cl_error != CL_SUCCESS) {                        \
      return ::onnxifi::opencl::ClError(call, cl_error); \
    }                                                    \
  } while (false)

// An object of OpenCL that is released with its owner. Movable.
template <typename Object>
class ClOwned {
 public:
  using Release = cl_int(CL_API_CALL*)(Object);

  ClOwned() = default;
  ClOwned(Object object, Release release)
      : object_(object), release_(release) {}
  ClOwned(ClOwned&& other) noexcept
      : object_(std::exchange(other.object_, nullptr)),
        release_(other.release_) {}
  ClOwned& operator=(ClOwned&& other) noexcept {
    std::swap(object_, other.object_);
    std::swap(release_, other.release_);
    return *this;
  }
  ~ClOwned() {
    if (object_ != nullptr) release_(object_);
  }

  Object get() const { return object_; }
  explicit operator bool() const { return object_ != nullptr; }

 private:
  Object object_ = nullptr;
  Release release_ = nullptr;
};

}  // namespace onnxifi::opencl

#endif  // ONNXIFI_BACKENDS_OPENCL_CL_LIBRARY_H_
