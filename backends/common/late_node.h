#ifndef ONNXIFI_BACKENDS_COMMON_LATE_NODE_H_
#define ONNXIFI_BACKENDS_COMMON_LATE_NODE_H_

#include <memory>
#include <span>
#include <vector>

#include "backends/common/op_table.h"
#include "backends/common/plan.h"
#include "backends/common/run_value.h"

namespace onnxifi {

// A node that can be planned only when its inputs are there: an input's value
// decides a shape, or the model does not tell an input's type. Plans it with
// those inputs as constants that its kernel asks for (with all of them, where
// that is not enough), and keeps the programs by types, shapes and constants.
// Thread-compatible.
class LateNode {
 public:
  // How the node runs on inputs like those of the key.
  struct Way {
    std::vector<RunValue> key;  // tensors have data where they are constant
    std::vector<bool> constant;
    const OpKernel* evaluated = nullptr;  // else by the program
    std::shared_ptr<Executable> program;
  };

  // All references outlive the node.
  LateNode(const graph::Graph& graph, const graph::Node& node,
           const OpRegistry& registry, const CompilerHooks& hooks,
           ThreadPool& pool)
      : graph_(graph),
        node_(node),
        registry_(registry),
        hooks_(hooks),
        pool_(pool) {}

  // The way for these inputs, one per input of the node, kNone for an omitted
  // one. Valid until the next call.
  Result<const Way*> Find(std::span<const RunValue> inputs);
  // Runs a way that has a program: one tensor per output of the node, null for
  // an omitted one.
  Result<std::vector<graph::TensorPtr>> Run(
      const Way& way, std::span<const RunValue> inputs) const;

 private:
  static constexpr size_t kMaxWays = 16;

  Result<Way> Make(std::span<const RunValue> inputs) const;
  // Makes key and program for the constants chosen in `way`.
  Status Plan(std::span<const RunValue> inputs, Way* way) const;
  // The graph holds the input as a constant.
  bool IsStatic(size_t input) const;

  const graph::Graph& graph_;
  const graph::Node& node_;
  const OpRegistry& registry_;
  const CompilerHooks& hooks_;
  ThreadPool& pool_;
  std::vector<Way> ways_;  // most recently used first
};

}  // namespace onnxifi

#endif  // ONNXIFI_BACKENDS_COMMON_LATE_NODE_H_
