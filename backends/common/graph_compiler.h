#ifndef ONNXIFI_BACKENDS_COMMON_GRAPH_COMPILER_H_
#define ONNXIFI_BACKENDS_COMMON_GRAPH_COMPILER_H_

#include <memory>
#include <vector>

#include "backends/common/backend.h"
#include "backends/common/flat_program.h"
#include "backends/common/op_table.h"
#include "backends/common/plan.h"

namespace onnxifi {

// The compile pipeline every backend shares: fold constants, rewrite (fuse),
// choose a kernel per node; then, per set of input shapes, plan and link a
// flat program. A graph whose input shapes are all fixed is planned at once and
// keeps nothing else: all its programs share that plan. Other graphs keep their
// constants for later plans.
// Thread-compatible (the glue calls it under the graph's lock).
class GraphCompiler final : public CompiledGraph {
 public:
  static Result<std::unique_ptr<CompiledGraph>> Create(
      graph::Graph graph, const OpRegistry& registry,
      const CompilerHooks& hooks, ThreadPool& pool);

  Result<std::unique_ptr<Executable>> Specialize(
      const std::vector<graph::Shape>& input_shapes) override;
  // States of steps are for any number of runs at once (op_kernel.h).
  bool concurrent() const override { return true; }

 private:
  GraphCompiler(graph::Graph graph, const CompilerHooks& hooks,
                ThreadPool& pool);
  Status Compile(const OpRegistry& registry);
  Status ChooseKernels(const OpRegistry& registry);
  Result<std::shared_ptr<const ProgramSpec>> Plan(
      const std::vector<graph::Shape>& input_shapes);

  graph::Graph graph_;
  CompilerHooks hooks_;
  ThreadPool& pool_;
  std::vector<const OpKernel*> kernels_;
  PackCache packed_;
  bool fixed_shapes_ = false;
  std::vector<graph::Shape> first_shapes_;
  std::unique_ptr<Executable> first_;
  std::shared_ptr<const ProgramSpec> fixed_;
};

}  // namespace onnxifi

#endif  // ONNXIFI_BACKENDS_COMMON_GRAPH_COMPILER_H_
