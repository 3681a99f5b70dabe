#ifndef ONNXIFI_BACKENDS_COMMON_LATE_NODE_H_
#define ONNXIFI_BACKENDS_COMMON_LATE_NODE_H_

#include <memory>
#include <span>
#include <vector>

#include "backends/common/flat_program.h"
#include "backends/common/op_table.h"
#include "backends/common/plan.h"
#include "backends/common/run_value.h"

namespace onnxifi {

// A node that can be planned only when its inputs are there: an input's value
// decides a shape, or the model does not tell an input's type. Plans it with
// its short inputs as constants (with all of them, where that is not enough),
// and keeps the programs by types, shapes and those constants.
// Thread-compatible.
class LateNode {
 public:
  // All references outlive the node.
  LateNode(const graph::Graph& graph, const graph::Node& node,
           const OpRegistry& registry, const CompilerHooks& hooks,
           ThreadPool& pool)
      : graph_(graph),
        node_(node),
        registry_(registry),
        hooks_(hooks),
        pool_(pool) {}

  // One tensor per input of the node, null for an omitted one; the outputs
  // likewise.
  Result<std::vector<graph::TensorPtr>> Run(
      std::span<const graph::TensorPtr> inputs);

 private:
  static constexpr size_t kMaxPrograms = 16;

  struct Program {
    // Types and shapes of the inputs; with data where one is a constant.
    std::vector<graph::TensorPtr> key;
    std::shared_ptr<FlatProgram> program;
  };

  Result<Program> Make(std::span<const graph::TensorPtr> inputs,
                       bool all_constant) const;
  static bool Fits(const Program& program,
                   std::span<const graph::TensorPtr> inputs);

  const graph::Graph& graph_;
  const graph::Node& node_;
  const OpRegistry& registry_;
  const CompilerHooks& hooks_;
  ThreadPool& pool_;
  std::vector<Program> programs_;  // most recently used first
};

}  // namespace onnxifi

#endif  // ONNXIFI_BACKENDS_COMMON_LATE_NODE_H_
