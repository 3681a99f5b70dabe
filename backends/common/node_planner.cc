#include "backends/common/node_planner.h"

#include "backends/common/failed_node.h"

#include "base/str_cat.h"

namespace onnxifi {

using graph::kNoValue;
using graph::TensorPtr;

NodePlanner::NodePlanner(PlanBuilder& builder, const graph::Node& node)
    : PrepareContext(*builder.env_.graph, node, &builder.facts_),
      builder_(builder),
      inputs_(node.inputs.size(), kNoTensor),
      released_(node.inputs.size(), false),
      outputs_(node.outputs.size()) {}

Status NodePlanner::Misuse(const char* what) const {
  return Status(
      ONNXIFI_STATUS_INTERNAL_ERROR,
      StrCat("kernel of ", node().op_type, " '", node().name, "': ", what));
}

Status NodePlanner::Open(const OpKernel& kernel) {
  for (size_t i = 0; i < inputs_.size(); ++i) {
    const graph::ValueId value = node().inputs[i];
    if (value == kNoValue) continue;
    if (kernel.any_layout) {
      inputs_[i] = builder_.Primary(value);
    } else {
      ONNXIFI_ASSIGN_OR_RETURN(inputs_[i],
                               builder_.InLayout(value, Layout::kPlain));
    }
    if (inputs_[i] == kNoTensor) {
      return Status(ONNXIFI_STATUS_INVALID_MODEL,
                    StrCat("node '", node().name, "' reads '",
                           builder_.env_.graph->value(value).name,
                           "', which nothing produces"));
    }
  }
  return Status::Ok();
}

const TensorDesc& NodePlanner::in(size_t i) const {
  return builder_.plan_.tensor(inputs_[i]).desc;
}

const graph::TensorData* NodePlanner::ConstantIn(size_t i) const {
  if (!HasInput(i)) return nullptr;
  return builder_.Known(node().inputs[i]).get();
}

const TensorDesc& NodePlanner::out(size_t i) const { return outputs_[i].desc; }

Status NodePlanner::SetOutput(size_t i, TensorDesc desc) {
  if (!HasOutput(i)) return Status::Ok();
  outputs_[i].kind = Output::Kind::kTensor;
  outputs_[i].desc = std::move(desc);
  return DescBytes(outputs_[i].desc).status();
}

Status NodePlanner::SetConstantOutput(size_t i, TensorPtr value) {
  if (!HasOutput(i)) return Status::Ok();
  outputs_[i].kind = Output::Kind::kConstant;
  outputs_[i].desc = {value->type, value->dims, Layout::kPlain};
  outputs_[i].constant = std::move(value);
  return Status::Ok();
}

Status NodePlanner::AliasOutput(size_t i, size_t in_index, graph::Shape dims) {
  if (!HasOutput(i)) return Status::Ok();
  const TensorDesc& from = in(in_index);
  if (from.layout != Layout::kPlain && dims != from.dims) {
    return Misuse("alias under another shape needs a plain input");
  }
  ONNXIFI_ASSIGN_OR_RETURN(const size_t old_bytes, DescBytes(from));
  outputs_[i].kind = Output::Kind::kAlias;
  outputs_[i].desc = {from.type, std::move(dims), from.layout};
  outputs_[i].alias_of = in_index;
  ONNXIFI_ASSIGN_OR_RETURN(const size_t new_bytes, DescBytes(outputs_[i].desc));
  return old_bytes == new_bytes ? Status::Ok()
                                : Misuse("alias of another size");
}

Status NodePlanner::RequireLayout(size_t i, Layout layout) {
  ONNXIFI_ASSIGN_OR_RETURN(inputs_[i],
                           builder_.InLayout(node().inputs[i], layout));
  return Status::Ok();
}

void NodePlanner::AllowInPlace(size_t i, size_t in_index) {
  if (HasOutput(i) && HasInput(in_index)) in_place_.push_back({i, in_index});
}

void NodePlanner::PlaceInput(size_t i, size_t o, size_t offset) {
  if (HasInput(i) && HasOutput(o)) placements_.push_back({i, o, offset});
}

void NodePlanner::ReleaseInput(size_t i) {
  if (i < released_.size()) released_[i] = true;
}

void NodePlanner::BookScratch(size_t bytes) {
  if (bytes > scratch_bytes_) scratch_bytes_ = bytes;
}

void NodePlanner::SetStep(RunFn fn, std::shared_ptr<const void> state) {
  fn_ = fn;
  state_ = std::move(state);
}

Result<TensorId> NodePlanner::AliasTensor(const Output& output) {
  const TensorPtr known = Known(output.alias_of);
  if (known != nullptr && output.desc.layout == Layout::kPlain) {
    auto view = std::make_shared<graph::TensorData>(*known);
    view->dims = output.desc.dims;
    if (view->owner != nullptr) view->owner = known;
    return builder_.AddConstant(view);
  }
  return builder_.plan_.AddTensor(
      output.desc, builder_.plan_.tensor(inputs_[output.alias_of]).buffer);
}

TensorPtr NodePlanner::Known(size_t in_index) const {
  return builder_.Known(node().inputs[in_index]);
}

Status NodePlanner::AddOutput(size_t i, TensorId* id) {
  const Output& output = outputs_[i];
  switch (output.kind) {
    case Output::Kind::kUnset:
      return Misuse("an output was not declared");
    case Output::Kind::kConstant:
      *id = builder_.AddConstant(output.constant);
      return Status::Ok();
    case Output::Kind::kAlias: {
      ONNXIFI_ASSIGN_OR_RETURN(*id, AliasTensor(output));
      return Status::Ok();
    }
    case Output::Kind::kTensor: {
      if (fn_ == nullptr) return Misuse("an output has no step");
      PlanBuffer buffer;
      ONNXIFI_ASSIGN_OR_RETURN(buffer.bytes, DescBytes(output.desc));
      *id = builder_.plan_.AddTensor(
          output.desc, builder_.plan_.AddBuffer(std::move(buffer)));
      return Status::Ok();
    }
  }
  return Misuse("unknown output kind");
}

Status NodePlanner::Commit() {
  Plan& plan = builder_.plan_;
  std::vector<TensorId> outputs(outputs_.size(), kNoTensor);
  for (size_t i = 0; i < outputs_.size(); ++i) {
    if (!HasOutput(i)) continue;
    ONNXIFI_RETURN_IF_ERROR(AddOutput(i, &outputs[i]));
    builder_.Bind(node().outputs[i], outputs[i]);
  }
  if (fn_ == nullptr) return Status::Ok();
  const int32_t step = static_cast<int32_t>(plan.steps.size());
  for (const Placement& p : placements_) {
    plan.placements.push_back({inputs_[p.in], outputs[p.out], p.offset});
  }
  for (const InPlace& wish : in_place_) {
    plan.in_place.push_back({step, inputs_[wish.in], outputs[wish.out]});
  }
  PlanStep out;
  out.fn = fn_;
  out.state = std::move(state_);
  out.inputs = inputs_;
  for (size_t i = 0; i < released_.size(); ++i) {
    if (!released_[i] || !HasInput(i)) continue;
    out.inputs[i] = kNoTensor;
    builder_.Release(node().inputs[i]);
  }
  for (size_t i = 0; i < outputs.size(); ++i) {
    // Only what the step writes; aliases and constants are not touched.
    out.outputs.push_back(
        outputs_[i].kind == Output::Kind::kTensor ? outputs[i] : kNoTensor);
  }
  out.scratch_bytes = scratch_bytes_;
  out.node_name = node().name;
  out.op_type = OperatorName(node());
  plan.AddStep(std::move(out));
  return Status::Ok();
}

}  // namespace onnxifi
