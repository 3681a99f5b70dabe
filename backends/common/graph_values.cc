// Runs of a GraphObject on values of interface 1.1.
#include <utility>

#include "backends/common/graph_object.h"
#include "backends/common/value_run.h"
#include "backends/common/value_view.h"
#include "base/str_cat.h"

namespace onnxifi::abi {

// A call of RunValues, from its acceptance until its last output has been
// received: a release waits for it. Lives on the stack of the call.
class GraphObject::ValueCall {
 public:
  // Under the graph's lock.
  explicit ValueCall(const GraphObject& graph) : graph_(graph), outer_(top_) {
    graph_.queue_->Accepted();
    top_ = this;
  }
  ~ValueCall() {
    top_ = outer_;
    graph_.queue_->Done();
  }
  ValueCall(const ValueCall&) = delete;
  ValueCall& operator=(const ValueCall&) = delete;

  // Calls of this thread that have not returned.
  static uint32_t CountOf(const GraphObject& graph) {
    uint32_t count = 0;
    for (const ValueCall* call = top_; call != nullptr; call = call->outer_) {
      if (&call->graph_ == &graph) ++count;
    }
    return count;
  }

 private:
  static constinit thread_local ValueCall* top_;

  const GraphObject& graph_;
  ValueCall* const outer_;
};

constinit thread_local GraphObject::ValueCall* GraphObject::ValueCall::top_ =
    nullptr;

Status GraphObject::RunValues(const ValueArray& values,
                              const ValueReceiver& receiver) {
  ONNXIFI_ASSIGN_OR_RETURN(std::vector<RunValue> inputs,
                           io_.ResolveValues(values));
  std::unique_lock<std::mutex> lock(mutex_);
  if (closed_) {
    return Status(ONNXIFI_STATUS_INVALID_GRAPH, "the graph is being released");
  }
  const ValueCall call(*this);
  lock.unlock();
  ONNXIFI_ASSIGN_OR_RETURN(const ValueResult result,
                           compiled_->by_value() ? RunByValue(std::move(inputs))
                                                 : RunPlanned(inputs));
  return Deliver(result.outputs, receiver);
}

onnxStatus GraphObject::RunAndWait(std::shared_ptr<const Binding> binding) {
  const Ref<Event> done = Event::Table().Create();
  // Without an input it cannot be refused.
  (void)Event::StartRun(done, queue_, std::move(binding), {});
  const onnxStatus code = Event::Wait(done);
  (void)Event::Table().Kill(done.handle());
  return code;
}

Result<GraphObject::ValueResult> GraphObject::RunByValue(
    std::vector<RunValue> inputs) {
  const auto run = std::make_shared<ValueRun>(*compiled_, std::move(inputs));
  const onnxStatus code =
      RunAndWait(std::make_shared<const Binding>(Binding{run, {}, {}}));
  if (!run->status().ok()) return run->status().WithContext(queue_->name());
  if (code != ONNXIFI_STATUS_SUCCESS) {
    return Status(
        code, StrCat(queue_->name(), ": the backend failed during the run"));
  }
  return ValueResult{std::move(run->outputs()), nullptr};
}

Result<GraphObject::ValueResult> GraphObject::RunPlanned(
    const std::vector<RunValue>& inputs) {
  Binding binding;
  Shapes shapes;
  for (const RunValue& input : inputs) {
    shapes.push_back(input.tensor->dims);
    binding.inputs.push_back(input.tensor->data);
  }
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    ONNXIFI_ASSIGN_OR_RETURN(binding.executable,
                             plans_.Get(*compiled_, shapes));
  }
  const std::vector<graph::Shape>& made = binding.executable->output_shapes();
  const std::span<const graph::DataType> types =
      binding.executable->output_types();
  ValueResult result;
  for (size_t i = 0; i < made.size() && i < io_.output_count(); ++i) {
    const graph::DataType type =
        i < types.size() ? types[i] : io_.output_type(i).type;
    ONNXIFI_ASSIGN_OR_RETURN(graph::NewTensor tensor,
                             graph::MakeTensor(type, made[i]));
    binding.outputs.push_back(tensor.data);
    result.outputs.push_back(RunValue::Tensor(std::move(tensor.tensor)));
  }
  result.keep = std::make_shared<const Binding>(std::move(binding));
  const onnxStatus code = RunAndWait(result.keep);
  if (code == ONNXIFI_STATUS_SUCCESS) return result;
  return Status(code,
                StrCat(queue_->name(), ": the backend failed during the run"));
}

Status GraphObject::Deliver(const std::vector<RunValue>& outputs,
                            const ValueReceiver& receiver) const {
  if (outputs.size() != io_.output_count()) {
    return Status(ONNXIFI_STATUS_INTERNAL_ERROR,
                  "the backend made another number of outputs than the model "
                  "declares");
  }
  // All of them first: a client gets every output of a run or none.
  std::vector<ValueView> views;
  for (size_t i = 0; i < outputs.size(); ++i) {
    ONNXIFI_ASSIGN_OR_RETURN(
        ValueView view,
        ValueView::Make(io_.output_name(i), outputs[i], io_.output_type(i)));
    views.push_back(std::move(view));
  }
  for (size_t i = 0; i < views.size(); ++i) {
    const onnxStatus code = receiver.receive(
        receiver.context, static_cast<uint32_t>(i), &views[i].get());
    if (code == ONNXIFI_STATUS_SUCCESS) continue;
    // FALLBACK would say that the call has succeeded.
    return Status(
        code == ONNXIFI_STATUS_FALLBACK ? ONNXIFI_STATUS_INTERNAL_ERROR : code,
        StrCat("output '", io_.output_name(i),
               "': the client's function returned status ", code));
  }
  return Status::Ok();
}

void GraphObject::Close() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    closed_ = true;
  }
  queue_->WaitIdle(ValueCall::CountOf(*this));
}

}  // namespace onnxifi::abi
