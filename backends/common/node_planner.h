#ifndef ONNXIFI_BACKENDS_COMMON_NODE_PLANNER_H_
#define ONNXIFI_BACKENDS_COMMON_NODE_PLANNER_H_

#include <memory>
#include <vector>

#include "backends/common/plan_builder.h"

namespace onnxifi {

// The PrepareContext of one node while a plan is built. Collects what Prepare
// books; Commit turns it into tensors and a step of the plan.
class NodePlanner final : public PrepareContext {
 public:
  NodePlanner(PlanBuilder& builder, const graph::Node& node);

  // Chooses the tensor of every input; plain ones unless any_layout.
  Status Open(const OpKernel& kernel);
  // Adds outputs and the step to the plan.
  Status Commit();

  const TensorDesc& in(size_t i) const override;
  const graph::TensorData* ConstantIn(size_t i) const override;
  const TensorDesc& out(size_t i) const override;
  Status SetOutput(size_t i, TensorDesc desc) override;
  Status SetConstantOutput(size_t i, graph::TensorPtr value) override;
  Status AliasOutput(size_t i, size_t in_index, graph::Shape dims) override;
  Status RequireLayout(size_t i, Layout layout) override;
  void AllowInPlace(size_t i, size_t in_index) override;
  void PlaceInput(size_t i, size_t o, size_t offset) override;
  void ReleaseInput(size_t i) override;
  void BookScratch(size_t bytes) override;
  void SetStep(RunFn fn, std::shared_ptr<const void> state) override;
  PackCache& packed() override { return *builder_.env_.packed; }
  ThreadPool& pool() override { return *builder_.env_.pool; }
  NumericMode numeric_mode() const override {
    return builder_.env_.hooks->numeric_mode;
  }
  const void* device() const override { return builder_.env_.hooks->device; }

 private:
  struct Output {
    enum class Kind : uint8_t { kUnset, kTensor, kConstant, kAlias };
    Kind kind = Kind::kUnset;
    TensorDesc desc;
    graph::TensorPtr constant;
    size_t alias_of = 0;
  };
  struct InPlace {
    size_t out;
    size_t in;
  };
  struct Placement {
    size_t in;
    size_t out;
    size_t offset;
  };

  Status Misuse(const char* what) const;
  Status AddOutput(size_t i, TensorId* id);
  Result<TensorId> AliasTensor(const Output& output);
  graph::TensorPtr Known(size_t in_index) const;

  PlanBuilder& builder_;
  std::vector<TensorId> inputs_;
  std::vector<bool> released_;
  std::vector<Output> outputs_;
  std::vector<InPlace> in_place_;
  std::vector<Placement> placements_;
  size_t scratch_bytes_ = 0;
  RunFn fn_ = nullptr;
  std::shared_ptr<const void> state_;
};

}  // namespace onnxifi

#endif  // ONNXIFI_BACKENDS_COMMON_NODE_PLANNER_H_
