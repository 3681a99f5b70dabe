#ifndef ONNXIFI_BACKENDS_OPENCL_NATIVE_HANDLE_H_
#define ONNXIFI_BACKENDS_OPENCL_NATIVE_HANDLE_H_

#include <cstddef>
#include <cstdint>
#include <memory>

#include "backends/common/backend.h"
#include "backends/opencl/device.h"

namespace onnxifi::opencl {

// Objects of OpenCL that an application hands over as numbers. OpenCL itself
// looks into whatever it is given: what is no object of the device's driver is
// refused before it does, as far as that can be seen.

// The device with the application's context and queue. INVALID_PROPERTY when
// they are not of this device, or the queue is not in order.
Result<std::shared_ptr<const Device>> ShareDevice(const Device& device,
                                                  const NativeHandles& handles);

// A reference to a buffer of the device's context with at least `size` bytes.
// INVALID_MEMORY_LOCATION when it is none.
Result<ClOwned<cl_mem>> ShareBuffer(const Device& device, uint64_t handle,
                                    size_t size);

}  // namespace onnxifi::opencl

#endif  // ONNXIFI_BACKENDS_OPENCL_NATIVE_HANDLE_H_
