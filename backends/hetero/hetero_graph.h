#ifndef ONNXIFI_BACKENDS_HETERO_HETERO_GRAPH_H_
#define ONNXIFI_BACKENDS_HETERO_HETERO_GRAPH_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "backends/common/backend.h"
#include "backends/common/device_memory.h"
#include "backends/hetero/buffer_plan.h"
#include "backends/hetero/compiled_part.h"
#include "backends/hetero/control_node.h"
#include "backends/hetero/device_arena.h"
#include "backends/hetero/device_set.h"
#include "backends/hetero/options.h"
#include "backends/hetero/report.h"
#include "partitioner/placer.h"

namespace onnxifi::hetero {

// A graph whose parts run on several devices. A device that does not compile
// what it claimed, is lost, or runs out of memory is taken out, the rest is
// placed anew, and the run starts again: it fails only when the host fails.
//
// When all shapes are fixed and descriptors carry everything, parts run
// as soon as what they read is there, with copies only from one memory to
// another; otherwise one after the other, on values, and so do bodies of nodes
// that the host runs itself. Thread-compatible.
class HeteroGraph final : public CompiledGraph {
 public:
  static Result<std::unique_ptr<CompiledGraph>> Create(graph::Graph graph,
                                                       Devices devices,
                                                       const Options& options);

  // A body, whose captured values are inputs. `placer` outlives it and has been
  // asked about the graph; constants have owners.
  static Result<std::unique_ptr<CompiledGraph>> CreateBody(
      graph::Graph graph, partitioner::Placer& placer, Report report);

  bool by_value() const override { return by_value_; }
  Result<std::unique_ptr<Executable>> Specialize(
      const std::vector<graph::Shape>& input_shapes) override;
  Status RunValues(RunScope& scope, std::vector<RunValue> inputs,
                   std::vector<RunValue>* outputs) override;

  // One run of a planned graph; allocates nothing unless a device fails.
  onnxStatus RunPlanned(std::span<const void* const> inputs,
                        std::span<void* const> outputs);

 private:
  // A compiled part and how it hangs together with the others.
  struct Step {
    partitioner::Part part;
    std::unique_ptr<CompiledPart> compiled;
    std::unique_ptr<ControlNode> control;  // instead, of a part that is split
    // For planned runs: where everything is, and what is copied. What is in
    // the client's memory gets its place in each run.
    StepMoves moves;
    std::vector<TensorPlace> inputs;
    std::vector<TensorPlace> outputs;
    const DeviceArena* arena = nullptr;  // null: it works in host memory
    std::vector<onnxMemoryCopy> uploads;
    std::vector<onnxMemoryCopy> downloads;
    std::vector<onnxEvent> gates;  // room for those of one run
    onnxEvent uploaded = nullptr;
    onnxEvent downloaded = nullptr;
    bool running = false;
  };
  // Which device failed at what.
  struct Failure {
    size_t device = 0;
    Status status;
    const partitioner::Part* part = nullptr;
  };

  // With a placer of its own, or as a body.
  HeteroGraph(graph::Graph graph, std::unique_ptr<partitioner::Placer> own,
              Report report);
  HeteroGraph(graph::Graph graph, partitioner::Placer& placer, Report report);

  void Calibrate(const partitioner::MeasuredCostsOptions& costs);
  // Asks the devices about the graph.
  Status Prepare();
  // Places and compiles until everything compiles.
  Status Build();
  partitioner::Placing Place();
  std::optional<Failure> CompileParts(const partitioner::Placing& placing);
  Status Compile(const partitioner::Part& part, bool whole, Step* step);
  bool TakeCompiled(Step* step);
  graph::Extract ExtractOf(const partitioner::Part& part, bool whole) const;
  void Retreat(const Failure& failure);
  void KeepWhole(const Failure& failure, std::string_view event);
  std::vector<size_t> Culprits(size_t device, std::span<const size_t> nodes);
  bool Compiles(size_t device, std::span<const size_t> nodes) const;
  bool FitsDescriptors() const;
  Status MakeBuffers();
  Result<BufferPlan> PlanMemories(std::vector<size_t>* devices);
  Status MakeArenas(const BufferPlan& plan, const std::vector<size_t>& devices);
  void PlaceStep(const BufferPlan& plan, size_t memory, Step* step);
  Status KeepConstants();

  std::optional<Failure> RunSteps();
  std::optional<Failure> Start(Step& step);
  std::optional<Failure> Wait(Step& step);
  Status StartBehind(Step& step);
  void FindGates(Step& step);
  void TakeHostPlaces(Step& step);
  void Release(Step& step);
  std::optional<Failure> RunOnValues(RunScope& scope,
                                     std::vector<RunValue>* slots);
  static Status RunPart(CompiledPart& part, std::vector<RunValue>* slots);
  bool CanKeepWhole(const Failure& failure) const;
  // Goes on without the device, or returns why that cannot be.
  Status Recover(const Failure& failure);

  graph::Graph graph_;  // without constants when the host runs it all
  const std::unique_ptr<partitioner::Placer> own_placer_;
  partitioner::Placer& placer_;
  Report report_;
  // Memory for what passes between steps, which use it: freed after them.
  MemoryBlock host_arena_;
  std::vector<std::unique_ptr<DeviceArena>> arenas_;
  MemoryUse memory_use_;
  std::vector<Step> steps_;
  std::map<size_t, int> retreats_;  // by device
  const bool is_body_;
  bool host_only_ = false;
  bool by_value_ = false;
  bool built_ = false;
  std::vector<void*> where_;  // [value] its place on the host in a planned run
  std::vector<bool> without_memory_;  // [device] it had none when asked
};

}  // namespace onnxifi::hetero

#endif  // ONNXIFI_BACKENDS_HETERO_HETERO_GRAPH_H_
