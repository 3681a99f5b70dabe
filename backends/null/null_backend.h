#ifndef ONNXIFI_BACKENDS_NULL_NULL_BACKEND_H_
#define ONNXIFI_BACKENDS_NULL_NULL_BACKEND_H_

#include <memory>
#include <vector>

#include "backends/common/backend.h"
#include "base/status.h"

namespace onnxifi::null {

// The smallest complete backend: it runs graphs of Identity nodes on host
// memory. Copy this folder to start a backend. Immutable, hence thread-safe.
class NullBackend : public Backend {
 public:
  NullBackend();

  const BackendInfo& info() const override { return info_; }
  Reject Supports(const NodeView& node) const override;
  Result<std::unique_ptr<CompiledGraph>> Compile(
      graph::Graph graph, const CompileOptions& options) override;

 private:
  BackendInfo info_;
};

// One NullBackend: this plugin always has one device.
Result<std::vector<std::unique_ptr<Backend>>> CreateNullBackends();

}  // namespace onnxifi::null

#endif  // ONNXIFI_BACKENDS_NULL_NULL_BACKEND_H_
