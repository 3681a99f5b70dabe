// Runs of a GraphObject on values of interface 1.1.
#include <cstring>
#include <utility>

#include "backends/common/graph_object.h"
#include "backends/common/value_run.h"
#include "backends/common/value_view.h"
#include "base/str_cat.h"

namespace onnxifi::abi {

using graph::TensorPtr;

// A call of RunValues, from its acceptance until its last output has been
// received: a release waits for it. Lives on the stack of the call.
class GraphObject::ValueCall {
 public:
  // Under the graph's lock.
  explicit ValueCall(const GraphObject& graph) : graph_(graph), outer_(top_) {
    graph_.queue_->Enter();
    top_ = this;
  }
  ~ValueCall() {
    top_ = outer_;
    graph_.queue_->Leave();
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
                              const ValueReceiver& receiver,
                              std::unique_ptr<RunWishes> wishes) {
  ONNXIFI_ASSIGN_OR_RETURN(std::vector<RunValue> inputs,
                           shared_->io.ResolveValues(values));
  if (shared_->profiles.restrict()) {
    Shapes shapes;
    for (const RunValue& input : inputs) {
      shapes.push_back(input.is_tensor() ? input.tensor->dims : graph::Shape());
    }
    ONNXIFI_RETURN_IF_ERROR(shared_->profiles.Check(shapes, shared_->io));
  }
  std::unique_lock<std::mutex> lock(mutex_);
  if (closed_) {
    return Status(ONNXIFI_STATUS_INVALID_GRAPH, "the graph is being released");
  }
  const ValueCall call(*this);
  lock.unlock();
  ONNXIFI_ASSIGN_OR_RETURN(
      const ValueResult result,
      shared_->compiled->by_value()
          ? RunByValue(std::move(inputs), receiver, std::move(wishes))
          : RunPlanned(inputs, receiver, std::move(wishes)));
  return Deliver(result.outputs, receiver);
}

Status GraphObject::RunAndWait(std::shared_ptr<const Binding> binding,
                               std::unique_ptr<RunWishes> wishes) {
  Ref<Event> done;
  if (wishes == nullptr) {
    done = Event::Table().Create();
    // Without an input it cannot be refused.
    (void)Event::StartRun(done, queue_, std::move(binding), Ref<Event>());
  } else {
    done = Event::Accept(queue_, std::move(binding), std::move(wishes));
    Event::Begin(done);
  }
  const onnxStatus code = Event::Wait(done);
  (void)Event::Table().Kill(done.handle());
  return code == ONNXIFI_STATUS_SUCCESS ? Status() : done->FailureOf(code);
}

namespace {

// Memory of the client for an output that `view` describes.
Result<void*> AllocateOutput(const ValueReceiver& receiver, size_t index,
                             const ValueView& view) {
  onnxValue value = view.get();
  value.data = nullptr;
  void* data = nullptr;
  const onnxStatus code = receiver.allocate(
      receiver.allocate_context, static_cast<uint32_t>(index), &value, &data);
  if (code != ONNXIFI_STATUS_SUCCESS) {
    return Status(
        code == ONNXIFI_STATUS_FALLBACK ? ONNXIFI_STATUS_INTERNAL_ERROR : code,
        StrCat("output '", value.name,
               "': the client's allocation returned status ", code));
  }
  if (data == nullptr && value.dataSize > 0) {
    return Status(ONNXIFI_STATUS_INVALID_MEMORY_LOCATION,
                  StrCat("output '", value.name,
                         "': the client's allocation gave NULL for ",
                         value.dataSize, " bytes"));
  }
  return data;
}

}  // namespace

// The tensor in memory of the client, which keeps it; not filled.
Result<TensorPtr> GraphObject::ClientTensor(
    const TensorPtr& tensor, size_t index,
    const ValueReceiver& receiver) const {
  ONNXIFI_ASSIGN_OR_RETURN(
      const ValueView view,
      ValueView::Make(shared_->io.output_name(index), RunValue::Tensor(tensor),
                      graph::ValueType{}));
  ONNXIFI_ASSIGN_OR_RETURN(void* const data,
                           AllocateOutput(receiver, index, view));
  auto placed = std::make_shared<graph::TensorData>(*tensor);
  placed->data = data;
  placed->owner = nullptr;
  return TensorPtr(std::move(placed));
}

Status GraphObject::MoveToClient(std::vector<RunValue>* outputs,
                                 const ValueReceiver& receiver) const {
  if (receiver.allocate == nullptr) return Status::Ok();
  for (size_t i = 0; i < outputs->size(); ++i) {
    RunValue& output = (*outputs)[i];
    if (!output.is_tensor() ||
        output.tensor->type == graph::DataType::kString ||
        i >= shared_->io.output_count() ||
        shared_->io.output_type(i).kind != graph::Value::Kind::kTensor) {
      continue;
    }
    ONNXIFI_ASSIGN_OR_RETURN(TensorPtr placed,
                             ClientTensor(output.tensor, i, receiver));
    if (placed->bytes > 0) {
      std::memcpy(const_cast<void*>(placed->data), output.tensor->data,
                  placed->bytes);
    }
    output.tensor = std::move(placed);
  }
  return Status::Ok();
}

Result<GraphObject::ValueResult> GraphObject::RunByValue(
    std::vector<RunValue> inputs, const ValueReceiver& receiver,
    std::unique_ptr<RunWishes> wishes) {
  const auto run =
      std::make_shared<ValueRun>(*shared_->compiled, std::move(inputs));
  Binding binding;
  binding.executable = run;
  binding.serial = shared_->serial();
  const Status status = RunAndWait(
      std::make_shared<const Binding>(std::move(binding)), std::move(wishes));
  if (!run->status().ok()) {
    // The wait may know the node, the run has the better code.
    const Status failure = run->status().WithContext(queue_->name());
    return failure.node().op.empty() ? failure.At(status.node()) : failure;
  }
  ONNXIFI_RETURN_IF_ERROR(status);
  ONNXIFI_RETURN_IF_ERROR(MoveToClient(&run->outputs(), receiver));
  return ValueResult{std::move(run->outputs()), nullptr};
}

Result<GraphObject::ValueResult> GraphObject::RunPlanned(
    const std::vector<RunValue>& inputs, const ValueReceiver& receiver,
    std::unique_ptr<RunWishes> wishes) {
  Binding binding;
  binding.serial = shared_->serial();
  Shapes shapes;
  for (const RunValue& input : inputs) {
    shapes.push_back(input.tensor->dims);
    binding.inputs.push_back(input.tensor->data);
  }
  ONNXIFI_ASSIGN_OR_RETURN(binding.executable, PlanFor(shapes));
  const std::vector<graph::Shape>& made = binding.executable->output_shapes();
  const std::span<const graph::DataType> types =
      binding.executable->output_types();
  ValueResult result;
  for (size_t i = 0; i < made.size() && i < shared_->io.output_count(); ++i) {
    const graph::DataType type =
        i < types.size() ? types[i] : shared_->io.output_type(i).type;
    TensorPtr tensor;
    if (receiver.allocate != nullptr && type != graph::DataType::kString) {
      ONNXIFI_ASSIGN_OR_RETURN(const size_t bytes,
                               graph::ByteSize(type, made[i]));
      const graph::TensorData empty = {type, made[i], nullptr, bytes, nullptr};
      ONNXIFI_ASSIGN_OR_RETURN(
          tensor, ClientTensor(std::make_shared<const graph::TensorData>(empty),
                               i, receiver));
    } else {
      ONNXIFI_ASSIGN_OR_RETURN(graph::NewTensor fresh,
                               graph::MakeTensor(type, made[i]));
      tensor = std::move(fresh.tensor);
    }
    binding.outputs.push_back(const_cast<void*>(tensor->data));
    result.outputs.push_back(RunValue::Tensor(std::move(tensor)));
  }
  result.keep = std::make_shared<const Binding>(std::move(binding));
  ONNXIFI_RETURN_IF_ERROR(RunAndWait(result.keep, std::move(wishes)));
  return result;
}

Status GraphObject::Deliver(const std::vector<RunValue>& outputs,
                            const ValueReceiver& receiver) const {
  const GraphIo& io = shared_->io;
  if (outputs.size() != io.output_count()) {
    return Status(ONNXIFI_STATUS_INTERNAL_ERROR,
                  "the backend made another number of outputs than the model "
                  "declares");
  }
  // All of them first: a client gets every output of a run or none.
  std::vector<ValueView> views;
  for (size_t i = 0; i < outputs.size(); ++i) {
    ONNXIFI_ASSIGN_OR_RETURN(
        ValueView view,
        ValueView::Make(io.output_name(i), outputs[i], io.output_type(i)));
    views.push_back(std::move(view));
  }
  for (size_t i = 0; i < views.size(); ++i) {
    const onnxStatus code = receiver.receive(
        receiver.context, static_cast<uint32_t>(i), &views[i].get());
    if (code == ONNXIFI_STATUS_SUCCESS) continue;
    // FALLBACK would say that the call has succeeded.
    return Status(
        code == ONNXIFI_STATUS_FALLBACK ? ONNXIFI_STATUS_INTERNAL_ERROR : code,
        StrCat("output '", io.output_name(i),
               "': the client's function returned status ", code));
  }
  return Status::Ok();
}

void GraphObject::Close() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    closed_ = true;
  }
  queue_->WaitIdle(ValueCall::CountOf(*this) + Event::TellingOf(*queue_));
}

}  // namespace onnxifi::abi
