#include "backends/common/graph_object.h"

#include <algorithm>

#include "backends/common/backend_info.h"
#include "backends/common/staged_executable.h"
#include "backends/common/value_executable.h"
#include "base/str_cat.h"

namespace onnxifi::abi {
namespace {

constinit HandleTable<GraphObject> g_graphs;
constinit HandleTable<BackendObject> g_backends;

}  // namespace

HandleTable<GraphObject>& GraphObject::Table() { return g_graphs; }
HandleTable<BackendObject>& BackendObject::Table() { return g_backends; }

GraphObject::GraphObject(Ref<BackendObject> backend, GraphIo io,
                         const std::string& name)
    : backend_(std::move(backend)),
      io_(std::move(io)),
      queue_(std::make_shared<RunQueue>(StrCat("graph '", name, "'"))) {
  backend_->device().graph_count.fetch_add(1, std::memory_order_relaxed);
}

GraphObject::~GraphObject() {
  binding_.reset();
  plans_.Clear();  // before the compiled graph that they belong to
  compiled_.reset();
  backend_->device().graph_count.fetch_sub(1, std::memory_order_relaxed);
}

Result<Ref<GraphObject>> GraphObject::Create(Ref<BackendObject> backend,
                                             graph::Graph graph) {
  Device& device = backend->device();
  GraphIo io(graph);
  Ref<GraphObject> object =
      Table().Create(std::move(backend), std::move(io), graph.name);
  Status status;
  const uint64_t most = MaxGraphCount(device.backend->info());
  if (device.graph_count.load(std::memory_order_relaxed) > most) {
    status = Status(
        ONNXIFI_STATUS_NO_DEVICE_RESOURCES,
        StrCat("the backend holds at most ", most, " graphs; release one"));
  } else {
    try {
      status = object->Compile(std::move(graph));
    } catch (...) {
      Table().Kill(object.handle());
      throw;
    }
  }
  if (status.ok()) return object;
  Table().Kill(object.handle());
  return status;
}

Status GraphObject::Compile(graph::Graph graph) {
  ONNXIFI_ASSIGN_OR_RETURN(
      compiled_,
      backend_->backend().Compile(std::move(graph), backend_->options()));
  if (!compiled_->by_value() && !io_.AllTensors()) {
    return Status(ONNXIFI_STATUS_UNSUPPORTED_DATATYPE,
                  "the backend runs this graph by shapes, so that its inputs "
                  "and outputs must be tensors of known types");
  }
  Shapes shapes;
  if (compiled_->by_value() || !io_.StaticInputs(&shapes)) return Status::Ok();
  const std::lock_guard<std::mutex> lock(mutex_);
  return plans_.Get(*compiled_, shapes).status();
}

Result<std::shared_ptr<Executable>> GraphObject::ExecutableFor(
    const BoundTensors& bound) {
  if (compiled_->by_value()) {
    ONNXIFI_ASSIGN_OR_RETURN(std::vector<graph::TensorData> inputs,
                             io_.InputTensors(bound.input_shapes));
    ONNXIFI_ASSIGN_OR_RETURN(std::vector<graph::TensorData> outputs,
                             io_.OutputTensors(bound.output_shapes));
    StagedExecutable::Sizes sizes;
    if (bound.device_only) sizes = StagedExecutable::SizesOf(inputs, outputs);
    auto run = std::make_unique<ValueExecutable>(*compiled_, std::move(inputs),
                                                 std::move(outputs));
    if (!bound.device_only) return std::shared_ptr<Executable>(std::move(run));
    // Runs value by value read and write memory of the host.
    return std::shared_ptr<Executable>(std::make_shared<StagedExecutable>(
        std::move(run), *backend_->memories().device(), std::move(sizes)));
  }
  return plans_.Get(*compiled_, bound.input_shapes);
}

Status GraphObject::BindLocked(Descriptors inputs, Descriptors outputs) {
  binding_.reset();
  ONNXIFI_ASSIGN_OR_RETURN(
      BoundTensors bound,
      io_.Resolve(inputs, outputs, tolerant(), &backend_->memories()));
  ONNXIFI_ASSIGN_OR_RETURN(std::shared_ptr<Executable> executable,
                           ExecutableFor(bound));
  ONNXIFI_RETURN_IF_ERROR(
      io_.CheckOutputShapes(bound.output_shapes, executable->output_shapes()));
  binding_ = std::make_shared<const Binding>(Binding{std::move(executable),
                                                     std::move(bound.inputs),
                                                     std::move(bound.outputs)});
  return Status::Ok();
}

Result<Ref<Event>> GraphObject::StartLocked(const Ref<Event>& input) {
  if (closed_) {
    return Status(ONNXIFI_STATUS_INVALID_GRAPH, "the graph is being released");
  }
  if (binding_ == nullptr) {
    return Status(ONNXIFI_STATUS_UNIDENTIFIED_NAME,
                  "no inputs and outputs are bound: onnxSetGraphIO was not "
                  "called, or its last call failed");
  }
  Ref<Event> output = Event::Table().Create();
  if (!Event::StartRun(output, queue_, binding_, input)) {
    Event::Table().Kill(output.handle());
    return Status(ONNXIFI_STATUS_INVALID_EVENT,
                  "the input event has been released");
  }
  return output;
}

Status GraphObject::Bind(Descriptors inputs, Descriptors outputs) {
  const std::lock_guard<std::mutex> lock(mutex_);
  return BindLocked(inputs, outputs);
}

void GraphObject::Unbind() {
  const std::lock_guard<std::mutex> lock(mutex_);
  binding_.reset();
}

Result<Ref<Event>> GraphObject::StartRun(const Ref<Event>& input) {
  const std::lock_guard<std::mutex> lock(mutex_);
  return StartLocked(input);
}

Result<Ref<Event>> GraphObject::BindAndStart(Descriptors inputs,
                                             Descriptors outputs) {
  const std::lock_guard<std::mutex> lock(mutex_);
  ONNXIFI_RETURN_IF_ERROR(BindLocked(inputs, outputs));
  try {
    return StartLocked({});
  } catch (...) {
    binding_.reset();  // both or none
    throw;
  }
}

}  // namespace onnxifi::abi
