#include "backends/cpu/cpu_backend.h"

#include <omp.h>
#include <stdlib.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <string_view>

#include "backends/common/value_graph.h"
#include "backends/cpu/fuse.h"
#include "backends/cpu/reorder.h"
#include "base/thread_pool.h"

namespace onnxifi::cpu {

namespace {

constexpr size_t kMaxDeviceBytes = 63;  // clients bring 64-byte buffers

// oneDNN's OpenMP runtime must not fork: our pool splits the work. The count
// is a property of the calling thread, so each run sets and restores it.
int EnterSingleThreadOmp() {
  const int threads = omp_get_max_threads();
  if (threads != 1) omp_set_num_threads(1);
  return threads;
}

void LeaveSingleThreadOmp(int threads) {
  if (threads != 1) omp_set_num_threads(threads);
}

void InitWorker() { omp_set_num_threads(1); }

std::string CpuModelName() {
  std::ifstream info("/proc/cpuinfo");
  std::string line;
  while (std::getline(info, line)) {
    if (!line.starts_with("model name")) continue;
    const size_t colon = line.find(": ");
    if (colon == std::string::npos) break;
    std::string name = line.substr(colon + 2);
    if (name.size() > kMaxDeviceBytes) name.resize(kMaxDeviceBytes);
    if (!name.empty()) return name;
  }
  return "x86-64 CPU";
}

NumericMode ModeFromEnvironment() {
  const char* text = secure_getenv("ONNXIFI_CPU_NUMERICS");
  const std::string_view mode = text == nullptr ? "" : text;
  if (mode == "strict") return NumericMode::kStrict;
  if (mode == "fast") return NumericMode::kFast;
  return NumericMode::kAccurate;
}

uint64_t PhysicalMemory() {
  struct sysinfo info {};
  if (sysinfo(&info) != 0) return 0;
  return static_cast<uint64_t>(info.totalram) * info.mem_unit;
}

}  // namespace

CompilerHooks MakeCompilerHooks() {
  CompilerHooks hooks;
  hooks.make_reorder = &MakeReorder;
  hooks.rewrite = &FuseGraph;
  hooks.run_hooks = {&EnterSingleThreadOmp, &LeaveSingleThreadOmp};
  hooks.numeric_mode = ModeFromEnvironment();
  return hooks;
}

CpuBackend::CpuBackend() : registry_(kAllOps) {
  info_.name = "ONNXIFI CPU";
  info_.vendor = "ONNXIFI project";
  info_.version = ONNXIFI_PROJECT_VERSION;
  info_.device = CpuModelName();
  info_.ir_versions = "3 4 5 6 7 8 9 10 11 12 13 14";
  info_.opset_versions = "ai.onnx:28 ai.onnx.ml:5";
  info_.device_type = ONNXIFI_DEVICE_TYPE_CPU;
  info_.capabilities = ONNXIFI_CAPABILITY_THREAD_SAFE |
                       ONNXIFI_CAPABILITY_SYMBOLIC_BATCH_SIZE |
                       ONNXIFI_CAPABILITY_SYMBOLIC_SIZE_TENSORS;
  info_.memory_size = PhysicalMemory();
  info_.max_graph_size = info_.memory_size;
  info_.max_graph_count = UINT32_MAX;
}

Reject CpuBackend::Supports(const NodeView& node) const {
  return registry_.Supports(node);
}

Result<std::unique_ptr<CompiledGraph>> CpuBackend::Compile(
    graph::Graph graph, const CompileOptions&) {
  const int threads = EnterSingleThreadOmp();
  Result<std::unique_ptr<CompiledGraph>> compiled = CompileGraph(
      std::move(graph), registry_, MakeCompilerHooks(), ThreadPool::Global());
  LeaveSingleThreadOmp(threads);
  return compiled;
}

Result<std::vector<std::unique_ptr<Backend>>> CreateCpuBackends() {
  ThreadPool::SetWorkerInit(&InitWorker);
  std::vector<std::unique_ptr<Backend>> backends;
  backends.push_back(std::make_unique<CpuBackend>());
  return backends;
}

}  // namespace onnxifi::cpu
