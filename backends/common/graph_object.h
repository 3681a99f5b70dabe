#ifndef ONNXIFI_BACKENDS_COMMON_GRAPH_OBJECT_H_
#define ONNXIFI_BACKENDS_COMMON_GRAPH_OBJECT_H_

#include <onnxifi/onnxifi_ext.h>

#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "backends/common/backend.h"
#include "backends/common/backend_object.h"
#include "backends/common/binding.h"
#include "backends/common/event.h"
#include "backends/common/graph_io.h"
#include "backends/common/handle_table.h"
#include "backends/common/plan_cache.h"
#include "backends/common/run_queue.h"
#include "backends/common/shape_profiles.h"

namespace onnxifi::abi {

// Where the outputs of a run on values go.
struct ValueReceiver {
  onnxReceiveValueCallback receive = nullptr;
  void* context = nullptr;
  onnxAllocateOutputCallback allocate = nullptr;
  void* allocate_context = nullptr;
};

// What a client of initGraph wants of a graph.
struct GraphSettings {
  CompileOptions options;
  bool exportable = false;
  std::span<const onnxShapeProfile> profiles;
};

// What a graph shares with its contexts; counts for MAX_GRAPH_COUNT.
class SharedGraph {
 public:
  SharedGraph(Ref<BackendObject> owner, GraphIo graph_io,
              std::string graph_name);
  ~SharedGraph();
  SharedGraph(const SharedGraph&) = delete;
  SharedGraph& operator=(const SharedGraph&) = delete;

  // What executables of different contexts hold while they run.
  SerialLock* serial() { return compiled->concurrent() ? nullptr : &serial_; }

  const Ref<BackendObject> backend;
  const GraphIo io;
  const std::string name;
  std::unique_ptr<CompiledGraph> compiled;
  ShapeProfiles profiles;
  // Of a graph that can be exported: the model and the options it has.
  std::string exported_model;
  std::map<std::string, std::string> exported_options;
  // Held by whoever has the compiled graph make an executable.
  std::mutex plan_mutex;

 private:
  SerialLock serial_;
};

// A handle on a compiled graph, its plans by input shapes, the binding that
// the next run will use, and the queue of accepted runs: the graph itself or a
// context of it. Thread-safe; runs of one handle are executed one at a time.
class GraphObject {
 public:
  static constexpr HandleKind kHandleKind = HandleKind::kGraph;
  static constexpr uint32_t kSlotsPerChunk = 16;
  static HandleTable<GraphObject>& Table();

  // `graph` has been checked; NO_DEVICE_RESOURCES beyond MAX_GRAPH_COUNT. A
  // graph with fixed input shapes is planned here, so that errors show here.
  static Result<Ref<GraphObject>> Create(Ref<BackendObject> backend,
                                         graph::Graph graph,
                                         const GraphSettings& settings);
  // Another handle on the same graph.
  Result<Ref<GraphObject>> CreateContext() const;
  explicit GraphObject(std::shared_ptr<SharedGraph> shared);
  ~GraphObject();
  GraphObject(const GraphObject&) = delete;
  GraphObject& operator=(const GraphObject&) = delete;

  bool tolerant() const { return shared_->backend->tolerant(); }

  // On failure there is no binding any more. Accepted runs keep theirs.
  Status Bind(Descriptors inputs, Descriptors outputs);
  void Unbind();
  // Accepts a run gated by `input` (empty: inputs are valid now) and returns
  // its output event.
  Result<Ref<Event>> StartRun(const Ref<Event>& input);
  // Both in one indivisible step.
  Result<Ref<Event>> BindAndStart(Descriptors inputs, Descriptors outputs);

  // Accepts a run with wishes: of these tensors, without changing the binding,
  // or with tensors == nullptr of the binding. `event` receives the handle of
  // its output event, nullptr: nobody wants it. The client may be told of the
  // end before the call returns.
  struct Tensors {
    Descriptors inputs;
    Descriptors outputs;
  };
  Status StartWithWishes(const Tensors* tensors,
                         std::unique_ptr<RunWishes> wishes, onnxEvent* event);

  // Runs once, waits for the end, and gives the outputs to `receiver` on this
  // thread. Shares the queue with the runs above, but no binding. `wishes` may
  // be null.
  Status RunValues(const ValueArray& values, const ValueReceiver& receiver,
                   std::unique_ptr<RunWishes> wishes);

  onnxGraphStatistics Statistics();

  // The graph as bytes (exported_graph.h). INVALID_STATE unless it was made to
  // be exported.
  Result<std::string> Export() const;

  // Ends the graph for new runs and waits for the accepted ones, but for
  // RunValues calls of this thread, inside whose receiver it is called.
  void Close();

 private:
  using Shapes = std::vector<graph::Shape>;

  class ValueCall;
  // Outputs of a run on values, and what they refer to.
  struct ValueResult {
    std::vector<RunValue> outputs;
    std::shared_ptr<const Binding> keep;
  };

  Status Compile(graph::Graph graph, const GraphSettings& settings);
  Status BindLocked(Descriptors inputs, Descriptors outputs);
  Result<std::shared_ptr<const Binding>> MakeBindingLocked(Descriptors inputs,
                                                           Descriptors outputs);
  Result<std::shared_ptr<Executable>> ExecutableFor(const BoundTensors& bound);
  Result<std::shared_ptr<Executable>> PlanLocked(const Shapes& shapes);
  Result<std::shared_ptr<Executable>> PlanFor(const Shapes& shapes);
  Status CheckRunnable(const Binding* binding) const;
  Result<Ref<Event>> StartLocked(const Ref<Event>& input);
  Result<ValueResult> RunByValue(std::vector<RunValue> inputs,
                                 const ValueReceiver& receiver,
                                 std::unique_ptr<RunWishes> wishes);
  Result<ValueResult> RunPlanned(const std::vector<RunValue>& inputs,
                                 const ValueReceiver& receiver,
                                 std::unique_ptr<RunWishes> wishes);
  Status RunAndWait(std::shared_ptr<const Binding> binding,
                    std::unique_ptr<RunWishes> wishes);
  Result<graph::TensorPtr> ClientTensor(const graph::TensorPtr& tensor,
                                        size_t index,
                                        const ValueReceiver& receiver) const;
  Status MoveToClient(std::vector<RunValue>* outputs,
                      const ValueReceiver& receiver) const;
  Status Deliver(const std::vector<RunValue>& outputs,
                 const ValueReceiver& receiver) const;

  const std::shared_ptr<SharedGraph> shared_;
  const std::shared_ptr<RunQueue> queue_;
  std::mutex mutex_;
  // Guarded by mutex_.
  PlanCache plans_;
  std::shared_ptr<const Binding> binding_;
  bool closed_ = false;
};

}  // namespace onnxifi::abi

#endif  // ONNXIFI_BACKENDS_COMMON_GRAPH_OBJECT_H_
