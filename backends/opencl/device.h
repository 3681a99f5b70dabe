#ifndef ONNXIFI_BACKENDS_OPENCL_DEVICE_H_
#define ONNXIFI_BACKENDS_OPENCL_DEVICE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "backends/opencl/cl_library.h"

namespace onnxifi::opencl {

// What a device tells about itself.
struct DeviceFacts {
  std::string name;
  std::string vendor;
  std::string version;  // of OpenCL, and the driver's after a space
  std::string driver;
  std::string extensions;
  std::string platform;  // name and version
  cl_device_type type = 0;
  cl_uint compute_units = 1;
  cl_uint clock_mhz = 0;
  cl_uint float_width = 1;  // native vector of float, in elements
  cl_ulong memory_bytes = 0;
  cl_ulong max_allocation = 0;
  cl_ulong local_bytes = 0;
  size_t max_group = 1;
  bool shares_memory = false;  // with the host
  bool has_double = false;
  bool has_half = false;  // arithmetic; loads and stores need nothing
  bool compiles = false;
  bool has_icd = false;  // objects begin with the driver's functions
  // The form of kernels and buffers: runs and vectors in the client's memory for
  // a CPU, many small items and local memory for others.
  bool cpu_form = false;

  bool is_cpu() const { return cpu_form; }
};

// A device of one platform, with a context of our own or the application's.
// Thread-safe; everything that was made of it keeps it alive.
class Device {
 public:
  // The devices that can be used, in the order in which platforms and devices
  // are listed. What is left out leaves a line in *reasons.
  static Result<std::vector<std::shared_ptr<Device>>> FindAll(
      std::vector<std::string>* reasons);

  const DeviceFacts& facts() const { return facts_; }
  const ClLibrary& cl() const { return *cl_; }
  cl_platform_id platform() const { return platform_; }
  cl_device_id id() const { return id_; }
  cl_context context() const { return context_.get(); }

  // The same device with objects of the application, which it keeps alive.
  // `queue` is NULL, or used for all commands.
  Result<std::shared_ptr<const Device>> With(cl_context context,
                                             cl_command_queue queue) const;

  // A queue of its own, or the application's.
  Result<ClOwned<cl_command_queue>> MakeQueue() const;
  // Copies and waits; the ranges may overlap.
  Status CopyBetween(cl_command_queue queue, cl_mem to, size_t to_offset,
                     cl_mem from, size_t from_offset, size_t bytes) const;
  // `host` is NULL, or memory that is copied or, with CL_MEM_USE_HOST_PTR, used.
  Result<ClOwned<cl_mem>> MakeBuffer(cl_mem_flags flags, size_t bytes,
                                     void* host) const;

 private:
  Device() = default;
  static Result<std::shared_ptr<Device>> Open(const ClLibrary& cl,
                                              cl_platform_id platform,
                                              cl_device_id id);

  const ClLibrary* cl_ = nullptr;
  cl_platform_id platform_ = nullptr;
  cl_device_id id_ = nullptr;
  DeviceFacts facts_;
  ClOwned<cl_context> context_;
  ClOwned<cl_command_queue> queue_;  // the application's, or none
};

}  // namespace onnxifi::opencl

#endif  // ONNXIFI_BACKENDS_OPENCL_DEVICE_H_
