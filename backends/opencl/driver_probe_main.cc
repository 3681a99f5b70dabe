// onnxifi-opencl-probe PLUGIN (for those who list processes): lists the devices of OpenCL and runs a kernel on
// each, then writes a line to descriptor 3. What fails with an error is none of
// its business: the plugin will say so. Started by the plugin.
#include <sys/resource.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "backends/opencl/device.h"
#include "backends/opencl/program_cache.h"
#include "base/child_process.h"

namespace onnxifi::opencl {
namespace {

constexpr char kKernel[] =
    "__kernel void k0(__global int* x) { x[get_global_id(0)] += 1; }\n";

Status Try(const std::shared_ptr<Device>& device) {
  const ClLibrary& cl = device->cl();
  // Nothing is kept: drivers have caches of their own, which may be broken.
  ProgramCache programs(device, "");
  ONNXIFI_ASSIGN_OR_RETURN(const std::shared_ptr<const Program> program,
                           programs.Get(kKernel));
  ONNXIFI_ASSIGN_OR_RETURN(const ClOwned<cl_kernel> kernel,
                           program->MakeKernel("k0"));
  constexpr size_t kCount = 64;
  ONNXIFI_ASSIGN_OR_RETURN(
      const ClOwned<cl_mem> memory,
      device->MakeBuffer(CL_MEM_READ_WRITE, kCount * sizeof(cl_int), nullptr));
  ONNXIFI_ASSIGN_OR_RETURN(const ClOwned<cl_command_queue> queue,
                           device->MakeQueue());
  const cl_mem argument = memory.get();
  std::vector<cl_int> content(kCount);
  (void)cl.clSetKernelArg(kernel.get(), 0, sizeof(argument), &argument);
  (void)cl.clEnqueueWriteBuffer(queue.get(), argument, CL_TRUE, 0,
                                kCount * sizeof(cl_int), content.data(), 0,
                                nullptr, nullptr);
  (void)cl.clEnqueueNDRangeKernel(queue.get(), kernel.get(), 1, nullptr,
                                  &kCount, nullptr, 0, nullptr, nullptr);
  (void)cl.clEnqueueReadBuffer(queue.get(), argument, CL_TRUE, 0,
                               kCount * sizeof(cl_int), content.data(), 0,
                               nullptr, nullptr);
  (void)cl.clFinish(queue.get());
  return Status::Ok();
}

}  // namespace
}  // namespace onnxifi::opencl

int main() {
  const rlimit no_core = {0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  std::vector<std::string> reasons;
  const auto devices = onnxifi::opencl::Device::FindAll(&reasons);
  if (devices.ok()) {
    for (const auto& device : *devices) {
      static_cast<void>(onnxifi::opencl::Try(device));
    }
  }
  // Without destructors: the host will not end either.
  _exit(write(onnxifi::kChildAnswerFd, "done\n", 5) == 5 ? 0 : 1);
}
