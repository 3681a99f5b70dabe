#include "backends/opencl/device_rates.h"

#include <algorithm>
#include <chrono>
#include <cinttypes>
#include <cstdio>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

constexpr char kNote[] = "rates, measured by version 1";
constexpr size_t kBytes = size_t{32} << 20;
constexpr int kTries = 3;
// A measurement is long enough when it takes this.
constexpr double kEnoughSeconds = 0.01;
// Enough chains of dependent operations to keep every unit busy.
constexpr int kChains = 12;
constexpr cl_int kFirstRounds = 1024;
constexpr cl_int kMostRounds = 1 << 24;

// One kernel that does nothing but multiply and add in `type`.
std::string RateText(const std::string& scalar, int width) {
  const std::string type = StrCat(scalar, width);
  std::string text;
  if (scalar == "half") {
    text = "#pragma OPENCL EXTENSION cl_khr_fp16 : enable\n";
  }
  text += StrCat("__kernel void rate(__global float* to, float m, int n) {\n",
                 "  const ", type, " x = (", type, ")(", scalar, ")m;\n");
  std::string sum;
  for (int i = 0; i < kChains; ++i) {
    text += StrCat("  ", type, " a", i, " = x * (", scalar, ")", i, ";\n");
    sum += StrCat(i == 0 ? "" : " + ", "a", i);
  }
  text += "  for (int i = 0; i < n; ++i) {\n";
  for (int i = 0; i < kChains; ++i) {
    text += StrCat("    a", i, " = mad(a", i, ", x, x);\n");
  }
  return StrCat(text, "  }\n  const ", type, " sum = ", sum,
                ";\n  to[get_global_id(0)] = (float)sum.s0;\n}\n");
}

class Meter {
 public:
  Meter(const Device& device, cl_command_queue queue)
      : device_(device), cl_(device.cl()), queue_(queue) {}

  // Seconds of the fastest of some tries of what `enqueue` puts into the queue;
  // 0 when it fails.
  double Seconds(const std::function<cl_int()>& enqueue) const {
    double best = 0;
    for (int i = 0; i <= kTries; ++i) {
      const auto start = std::chrono::steady_clock::now();
      if (enqueue() != CL_SUCCESS || cl_.clFinish(queue_) != CL_SUCCESS) {
        return 0;
      }
      const double seconds = std::chrono::duration<double>(
                                 std::chrono::steady_clock::now() - start)
                                 .count();
      // The first one pays for what is made when it is needed.
      if (i == 1 || (i > 1 && seconds < best)) best = seconds;
    }
    return best;
  }

  uint64_t Macs(const Program& program, int width) const;
  void Bandwidths(DeviceRates* rates) const;

 private:
  const Device& device_;
  const ClLibrary& cl_;
  const cl_command_queue queue_;
};

uint64_t PerSecond(double count, double seconds) {
  return seconds > 0 ? static_cast<uint64_t>(count / seconds) : 0;
}

uint64_t Meter::Macs(const Program& program, int width) const {
  const DeviceFacts& facts = device_.facts();
  const size_t items =
      size_t{facts.compute_units} * (facts.is_cpu() ? 4 : 2048);
  const size_t group =
      facts.is_cpu() ? 1 : std::min<size_t>(64, facts.max_group);
  const Result<ClOwned<cl_kernel>> kernel = program.MakeKernel("rate");
  const Result<ClOwned<cl_mem>> to =
      device_.MakeBuffer(CL_MEM_READ_WRITE, items * sizeof(float), nullptr);
  if (!kernel.ok() || !to.ok()) return 0;
  const cl_mem memory = to->get();
  // Small enough never to become infinite, which some devices are slower with.
  const cl_float factor = 1.0f / 1024;
  if (cl_.clSetKernelArg(kernel->get(), 0, sizeof(memory), &memory) !=
          CL_SUCCESS ||
      cl_.clSetKernelArg(kernel->get(), 1, sizeof(factor), &factor) !=
          CL_SUCCESS) {
    return 0;
  }
  for (cl_int rounds = kFirstRounds;; rounds *= 4) {
    if (cl_.clSetKernelArg(kernel->get(), 2, sizeof(rounds), &rounds) !=
        CL_SUCCESS) {
      return 0;
    }
    const double seconds = Seconds([&] {
      return cl_.clEnqueueNDRangeKernel(queue_, kernel->get(), 1, nullptr,
                                        &items, &group, 0, nullptr, nullptr);
    });
    if (seconds == 0) return 0;
    if (seconds >= kEnoughSeconds || rounds >= kMostRounds) {
      return PerSecond(static_cast<double>(items) * rounds * kChains * width,
                       seconds);
    }
  }
}

void Meter::Bandwidths(DeviceRates* rates) const {
  const cl_ulong most = device_.facts().max_allocation;
  const size_t bytes =
      most == 0 ? kBytes : std::min<size_t>(kBytes, static_cast<size_t>(most));
  const Result<ClOwned<cl_mem>> from =
      device_.MakeBuffer(CL_MEM_READ_WRITE, bytes, nullptr);
  const Result<ClOwned<cl_mem>> to =
      device_.MakeBuffer(CL_MEM_READ_WRITE, bytes, nullptr);
  if (!from.ok() || !to.ok()) return;
  std::vector<char> host(bytes, 1);
  const double count = static_cast<double>(bytes);
  rates->cpu_read_bandwidth = PerSecond(
      count, Seconds([&] {
        return cl_.clEnqueueWriteBuffer(queue_, from->get(), CL_FALSE, 0, bytes,
                                        host.data(), 0, nullptr, nullptr);
      }));
  rates->memory_bandwidth = PerSecond(2 * count, Seconds([&] {
                                        return cl_.clEnqueueCopyBuffer(
                                            queue_, from->get(), to->get(), 0,
                                            0, bytes, 0, nullptr, nullptr);
                                      }));
  rates->cpu_write_bandwidth = PerSecond(
      count, Seconds([&] {
        return cl_.clEnqueueReadBuffer(queue_, to->get(), CL_FALSE, 0, bytes,
                                       host.data(), 0, nullptr, nullptr);
      }));
}

std::optional<DeviceRates> Recalled(const ProgramCache& programs) {
  const std::optional<std::string> text = programs.Recall(kNote);
  DeviceRates rates;
  if (!text.has_value() ||
      std::sscanf(text->c_str(),
                  "%" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64,
                  &rates.macs_fp32, &rates.macs_fp16, &rates.memory_bandwidth,
                  &rates.cpu_read_bandwidth, &rates.cpu_write_bandwidth) != 5) {
    return std::nullopt;
  }
  return rates;
}

}  // namespace

DeviceRates MeasureRates(const std::shared_ptr<const Device>& device,
                         ProgramCache& programs) {
  if (const auto known = Recalled(programs)) return *known;
  DeviceRates rates;
  const Result<ClOwned<cl_command_queue>> queue = device->MakeQueue();
  if (!queue.ok()) return rates;
  const Meter meter(*device, queue->get());
  const int width = device->facts().is_cpu() ? 16 : 4;
  const auto macs = [&](const char* scalar) {
    const std::string text = RateText(scalar, width);
    const auto program = programs.Get(text);
    if (!program.ok()) return uint64_t{0};
    const uint64_t rate = meter.Macs(**program, width);
    programs.Keep(text, **program);
    return rate;
  };
  rates.macs_fp32 = macs("float");
  if (device->facts().has_half) rates.macs_fp16 = macs("half");
  meter.Bandwidths(&rates);
  programs.Remember(
      kNote,
      StrCat(rates.macs_fp32, " ", rates.macs_fp16, " ", rates.memory_bandwidth,
             " ", rates.cpu_read_bandwidth, " ", rates.cpu_write_bandwidth));
  return rates;
}

}  // namespace onnxifi::opencl
