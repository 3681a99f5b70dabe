#ifndef ONNXIFI_BACKENDS_OPENCL_DEVICE_RATES_H_
#define ONNXIFI_BACKENDS_OPENCL_DEVICE_RATES_H_

#include <cstdint>
#include <memory>

#include "backends/opencl/device.h"
#include "backends/opencl/program_cache.h"

namespace onnxifi::opencl {

// How fast a device is, per second: multiplications with an addition, and
// bytes. 0: not known.
struct DeviceRates {
  uint64_t macs_fp32 = 0;
  uint64_t macs_fp16 = 0;
  uint64_t memory_bandwidth = 0;     // read and written inside of it
  uint64_t cpu_read_bandwidth = 0;   // from the host to the device
  uint64_t cpu_write_bandwidth = 0;  // from the device to the host
};

// Measures in about a quarter of a second, once for each device and driver where
// programs are kept on disk. What fails is not known.
DeviceRates MeasureRates(const std::shared_ptr<const Device>& device,
                         ProgramCache& programs);

}  // namespace onnxifi::opencl

#endif  // ONNXIFI_BACKENDS_OPENCL_DEVICE_RATES_H_
