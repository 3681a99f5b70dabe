#include "backends/common/graph_object.h"

#include <algorithm>

#include "backends/common/abi_arguments.h"
#include "backends/common/backend_info.h"
#include "backends/common/exported_graph.h"
#include "backends/common/staged_executable.h"
#include "backends/common/value_executable.h"
#include "base/str_cat.h"
#include "graph/onnx_writer.h"

namespace onnxifi::abi {
namespace {

constinit HandleTable<GraphObject> g_graphs;
constinit HandleTable<BackendObject> g_backends;

}  // namespace

HandleTable<GraphObject>& GraphObject::Table() { return g_graphs; }
HandleTable<BackendObject>& BackendObject::Table() { return g_backends; }

SharedGraph::SharedGraph(Ref<BackendObject> owner, GraphIo graph_io,
                         std::string graph_name)
    : backend(std::move(owner)),
      io(std::move(graph_io)),
      name(std::move(graph_name)) {
  backend->device().graph_count.fetch_add(1, std::memory_order_relaxed);
}

SharedGraph::~SharedGraph() {
  compiled.reset();
  backend->device().graph_count.fetch_sub(1, std::memory_order_relaxed);
}

GraphObject::GraphObject(std::shared_ptr<SharedGraph> shared)
    : shared_(std::move(shared)),
      queue_(std::make_shared<RunQueue>(shared_->name)) {}

GraphObject::~GraphObject() {
  // Executables go before the compiled graph that they belong to.
  const std::lock_guard<std::mutex> lock(shared_->plan_mutex);
  binding_.reset();
  plans_.Clear();
}

Result<Ref<GraphObject>> GraphObject::Create(Ref<BackendObject> backend,
                                             graph::Graph graph,
                                             const GraphSettings& settings) {
  Device& device = backend->device();
  GraphIo io(graph);
  Ref<GraphObject> object = Table().Create(std::make_shared<SharedGraph>(
      std::move(backend), std::move(io), graph.name));
  Status status;
  const uint64_t most = MaxGraphCount(device.backend->info());
  // A handle that nobody gets is killed, whatever is thrown.
  try {
    if (device.graph_count.load(std::memory_order_relaxed) > most) {
      status = Status(
          ONNXIFI_STATUS_NO_DEVICE_RESOURCES,
          StrCat("the backend holds at most ", most, " graphs; release one"));
    } else {
      status = object->Compile(std::move(graph), settings);
    }
  } catch (...) {
    Table().Kill(object.handle());
    throw;
  }
  if (status.ok()) return object;
  Table().Kill(object.handle());
  return status;
}

Result<Ref<GraphObject>> GraphObject::CreateContext() const {
  // Before the handle is made, which has to be killed when this throws.
  Shapes shapes;
  const bool planned_now =
      !shared_->compiled->by_value() && shared_->io.StaticInputs(&shapes);
  Ref<GraphObject> context = Table().Create(shared_);
  if (!planned_now) return context;
  // Room for a run is made now, so that want of it shows here.
  Status planned;
  try {
    planned = context->PlanFor(shapes).status();
  } catch (...) {
    Table().Kill(context.handle());
    throw;
  }
  if (planned.ok()) return context;
  Table().Kill(context.handle());
  return planned;
}

Status GraphObject::Compile(graph::Graph graph, const GraphSettings& settings) {
  BackendObject& backend = *shared_->backend;
  ONNXIFI_ASSIGN_OR_RETURN(shared_->profiles,
                           ShapeProfiles::Make(settings.profiles, shared_->io));
  if (settings.exportable) {
    ONNXIFI_ASSIGN_OR_RETURN(shared_->exported_model, graph::WriteModel(graph));
    shared_->exported_options = settings.options.values;
  }
  ONNXIFI_ASSIGN_OR_RETURN(
      shared_->compiled,
      backend.backend().Compile(std::move(graph), settings.options));
  const bool by_value = shared_->compiled->by_value();
  if (!by_value && !shared_->io.AllTensors()) {
    return Status(ONNXIFI_STATUS_UNSUPPORTED_DATATYPE,
                  "the backend runs this graph by shapes, so that its inputs "
                  "and outputs must be tensors of known types");
  }
  if (by_value) return Status::Ok();
  for (const Shapes& typical : shared_->profiles.typical()) {
    ONNXIFI_RETURN_IF_ERROR(PlanFor(typical).status());
  }
  Shapes shapes;
  if (!shared_->io.StaticInputs(&shapes)) return Status::Ok();
  return PlanFor(shapes).status();
}

Result<std::shared_ptr<Executable>> GraphObject::PlanLocked(
    const Shapes& shapes) {
  const std::lock_guard<std::mutex> lock(shared_->plan_mutex);
  return plans_.Get(*shared_->compiled, shapes);
}

Result<std::shared_ptr<Executable>> GraphObject::PlanFor(const Shapes& shapes) {
  const std::lock_guard<std::mutex> lock(mutex_);
  return PlanLocked(shapes);
}

Result<std::shared_ptr<Executable>> GraphObject::ExecutableFor(
    const BoundTensors& bound) {
  if (!shared_->compiled->by_value()) return PlanLocked(bound.input_shapes);
  ONNXIFI_ASSIGN_OR_RETURN(std::vector<graph::TensorData> inputs,
                           shared_->io.InputTensors(bound.input_shapes));
  ONNXIFI_ASSIGN_OR_RETURN(std::vector<graph::TensorData> outputs,
                           shared_->io.OutputTensors(bound.output_shapes));
  StagedExecutable::Sizes sizes;
  if (bound.device_only) sizes = StagedExecutable::SizesOf(inputs, outputs);
  auto run = std::make_unique<ValueExecutable>(
      *shared_->compiled, std::move(inputs), std::move(outputs));
  if (!bound.device_only) return std::shared_ptr<Executable>(std::move(run));
  // Runs value by value read and write memory of the host.
  return std::shared_ptr<Executable>(std::make_shared<StagedExecutable>(
      std::move(run), *shared_->backend->memories().device(),
      std::move(sizes)));
}

Result<std::shared_ptr<const Binding>> GraphObject::MakeBindingLocked(
    Descriptors inputs, Descriptors outputs) {
  ONNXIFI_ASSIGN_OR_RETURN(BoundTensors bound,
                           shared_->io.Resolve(inputs, outputs, tolerant(),
                                               &shared_->backend->memories()));
  ONNXIFI_RETURN_IF_ERROR(
      shared_->profiles.Check(bound.input_shapes, shared_->io));
  Result<std::shared_ptr<Executable>> planned = ExecutableFor(bound);
  // What the model computes of these shapes contradicts it.
  if (planned.status().code() == ONNXIFI_STATUS_INVALID_MODEL) {
    return Status(ONNXIFI_STATUS_MISMATCHING_SHAPE, planned.status().message());
  }
  ONNXIFI_ASSIGN_OR_RETURN(std::shared_ptr<Executable> executable,
                           std::move(planned));
  ONNXIFI_RETURN_IF_ERROR(shared_->io.CheckOutputShapes(
      bound.output_shapes, executable->output_shapes()));
  return std::make_shared<const Binding>(Binding{
      std::move(executable), std::move(bound.inputs), std::move(bound.outputs),
      shared_->serial(), std::move(bound.owners)});
}

Status GraphObject::BindLocked(Descriptors inputs, Descriptors outputs) {
  binding_.reset();
  ONNXIFI_ASSIGN_OR_RETURN(binding_, MakeBindingLocked(inputs, outputs));
  return Status::Ok();
}

Status GraphObject::CheckRunnable(const Binding* binding) const {
  if (closed_) {
    return Status(ONNXIFI_STATUS_INVALID_GRAPH, "the graph is being released");
  }
  if (binding != nullptr) return Status::Ok();
  return Status(ONNXIFI_STATUS_UNIDENTIFIED_NAME,
                "no inputs and outputs are bound: onnxSetGraphIO was not "
                "called, or its last call failed");
}

Result<Ref<Event>> GraphObject::StartLocked(const Ref<Event>& input) {
  ONNXIFI_RETURN_IF_ERROR(CheckRunnable(binding_.get()));
  Ref<Event> output = Event::Table().Create();
  if (!Event::StartRun(output, queue_, binding_, input)) {
    Event::Table().Kill(output.handle());
    return Status(ONNXIFI_STATUS_INVALID_EVENT,
                  "the input event has been released");
  }
  return output;
}

Status GraphObject::StartWithWishes(const Tensors* tensors,
                                    std::unique_ptr<RunWishes> wishes,
                                    onnxEvent* event) {
  std::unique_lock<std::mutex> lock(mutex_);
  std::shared_ptr<const Binding> binding = binding_;
  if (tensors != nullptr && !closed_) {
    ONNXIFI_ASSIGN_OR_RETURN(
        binding, MakeBindingLocked(tensors->inputs, tensors->outputs));
  }
  ONNXIFI_RETURN_IF_ERROR(CheckRunnable(binding.get()));
  const Ref<Event> output =
      Event::Accept(queue_, std::move(binding), std::move(wishes));
  if (event != nullptr) {
    *event = Hand(output);
  } else {
    (void)Event::Table().Kill(output.handle());
  }
  // The client may be told of the end at once, and come back to this graph.
  lock.unlock();
  Event::Begin(output);
  return Status::Ok();
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

Result<std::string> GraphObject::Export() const {
  if (shared_->exported_model.empty()) {
    return Status(ONNXIFI_STATUS_INVALID_STATE,
                  StrCat("the graph was not made to be exported; give "
                         "initGraph the option ",
                         kExportable, " = 1"));
  }
  ExportedGraph exported;
  exported.plugin = PluginOf(shared_->backend->backend());
  exported.device = DeviceOf(shared_->backend->backend());
  exported.options = shared_->compiled->export_options();
  exported.options.insert(shared_->exported_options.begin(),
                          shared_->exported_options.end());
  exported.model = shared_->exported_model;
  return exported.Serialize();
}

onnxGraphStatistics GraphObject::Statistics() {
  onnxGraphStatistics statistics = {};
  statistics.structSize = sizeof(statistics);
  statistics.weightBytes = shared_->compiled->weight_bytes();
  statistics.runsCompleted = queue_->completed();
  statistics.runsFailed = queue_->failed();
  const std::lock_guard<std::mutex> lock(mutex_);
  statistics.plans = plans_.size();
  statistics.workspaceBytes =
      shared_->compiled->by_value() ? -1 : plans_.workspace_bytes();
  return statistics;
}

}  // namespace onnxifi::abi
