#ifndef ONNXIFI_BACKENDS_OPENCL_DRIVER_PROBE_H_
#define ONNXIFI_BACKENDS_OPENCL_DRIVER_PROBE_H_

#include "base/status.h"

namespace onnxifi::opencl {

// Drivers are of others, and some crash or hang: what would take the host with it.
// So a child process, the helper onnxifi-opencl-probe, first lists the devices and
// runs a kernel on each. Not ok with a reason when it did not come to its end. The
// answer is kept with the compiled programs for as long as the drivers that are
// installed are the same; a refusal for an hour.
//
// Without the helper, or with ONNXIFI_OPENCL_PROBE=0, every driver is trusted.
Status ProbeDrivers();

}  // namespace onnxifi::opencl

#endif  // ONNXIFI_BACKENDS_OPENCL_DRIVER_PROBE_H_
