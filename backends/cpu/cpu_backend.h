#ifndef ONNXIFI_BACKENDS_CPU_CPU_BACKEND_H_
#define ONNXIFI_BACKENDS_CPU_CPU_BACKEND_H_

#include <memory>
#include <vector>

#include "backends/common/backend.h"
#include "backends/common/op_table.h"
#include "backends/common/plan.h"

namespace onnxifi::cpu {

// Every operator file of backends/cpu/ops; ends with nullptr.
extern const OpTable* const kAllOps[];

// Pieces the compile pipeline takes from this backend.
CompilerHooks MakeCompilerHooks();

// ONNX on the host's CPU: the fallback of the whole system. Thread-safe; all
// graphs share the process's thread pool.
class CpuBackend final : public Backend {
 public:
  CpuBackend();

  const BackendInfo& info() const override { return info_; }
  Reject Supports(const NodeView& node) const override;
  bool takes_borrowed_constants() const override { return true; }
  Result<std::unique_ptr<CompiledGraph>> Compile(
      graph::Graph graph, const CompileOptions& options) override;

 private:
  OpRegistry registry_;
  BackendInfo info_;
};

// The plugin's backends: one, always.
Result<std::vector<std::unique_ptr<Backend>>> CreateCpuBackends();

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_CPU_BACKEND_H_
