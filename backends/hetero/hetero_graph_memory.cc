// The memory of a planned HeteroGraph.
#include <algorithm>
#include <utility>

#include "backends/common/host_memory.h"
#include "backends/common/memory_planner.h"
#include "backends/hetero/hetero_graph.h"
#include "base/str_cat.h"

namespace onnxifi::hetero {
namespace {

size_t Index(graph::ValueId id) { return static_cast<size_t>(id); }

size_t DeviceOf(const partitioner::Part& part) {
  return static_cast<size_t>(part.device);
}

}  // namespace

// Steps on a device that has memory of its own work in it. `devices` gets the
// device of each memory. The part that is the whole graph works on what the
// client gives: there is nothing to keep.
Result<BufferPlan> HeteroGraph::PlanMemories(std::vector<size_t>* devices) {
  *devices = {0};
  std::vector<MemoryUser> users;
  for (const Step& step : steps_) {
    const size_t device = DeviceOf(step.part);
    MemoryUser user;
    user.inputs = step.compiled->inputs();
    user.outputs = step.compiled->outputs();
    if (steps_.size() > 1 && placer_.devices()[device]->has_memory() &&
        !without_memory_[device]) {
      const auto found = std::find(devices->begin(), devices->end(), device);
      user.memory = static_cast<size_t>(found - devices->begin());
      if (found == devices->end()) devices->push_back(device);
    }
    users.push_back(std::move(user));
  }
  return PlanBuffers(graph_, users, devices->size());
}

// On failure the device that has no memory is known by without_memory_.
Status HeteroGraph::MakeArenas(const BufferPlan& plan,
                               const std::vector<size_t>& devices) {
  for (size_t memory = 1; memory < devices.size(); ++memory) {
    const size_t device = devices[memory];
    Result<std::unique_ptr<DeviceArena>> arena =
        DeviceArena::Make(placer_.devices()[device],
                          std::max(plan.arenas[memory].bytes, kArenaAlignment));
    if (!arena.ok()) {
      without_memory_[device] = true;
      return arena.status();
    }
    arenas_.push_back(std::move(arena).value());
  }
  return Status::Ok();
}

Status HeteroGraph::MakeBuffers() {
  where_.assign(graph_.values.size(), nullptr);
  without_memory_.resize(placer_.devices().size(), false);
  std::vector<size_t> devices;
  BufferPlan plan;
  for (;;) {
    arenas_.clear();
    ONNXIFI_ASSIGN_OR_RETURN(plan, PlanMemories(&devices));
    const Status made = MakeArenas(plan, devices);
    if (made.ok()) break;
    report_.Mended("no_device_memory",
                   StrCat("what its parts give to each other passes through "
                          "the host: ",
                          made.message()));
  }
  const Arena& host = plan.arenas.front();
  host_arena_ = {};
  if (host.bytes > 0) {
    ONNXIFI_ASSIGN_OR_RETURN(
        host_arena_,
        HostMemory::Get().Allocate(host.bytes, kArenaAlignment, true));
  }
  for (size_t v = 0; v < where_.size(); ++v) {
    if (host.offsets[v] == Arena::kNowhere) continue;
    where_[v] = static_cast<char*>(host_arena_.host) + host.offsets[v];
  }
  memory_use_ = {};
  for (size_t memory = 0; memory < devices.size(); ++memory) {
    const Arena& arena = plan.arenas[memory];
    memory_use_.places.push_back(
        {devices[memory], arena.bytes, arena.unshared_bytes});
  }
  for (size_t s = 0; s < steps_.size(); ++s) {
    const auto found =
        std::find(devices.begin(), devices.end(), DeviceOf(steps_[s].part));
    const auto memory = static_cast<size_t>(found - devices.begin());
    steps_[s].moves = std::move(plan.steps[s]);
    PlaceStep(plan, memory < devices.size() ? memory : 0, &steps_[s]);
  }
  return Status::Ok();
}

// What is in host memory gets its address in each run.
void HeteroGraph::PlaceStep(const BufferPlan& plan, size_t memory, Step* step) {
  const StepMoves& moves = step->moves;
  step->inputs.assign(step->compiled->inputs().size(), {});
  step->outputs.assign(step->compiled->outputs().size(), {});
  step->uploads.assign(moves.uploads.size(), {});
  step->downloads.assign(moves.downloads.size(), {});
  step->gates.clear();
  step->gates.reserve(moves.behind.size() + moves.behind_uploads.size());
  step->arena = memory == 0 ? nullptr : arenas_[memory - 1].get();
  if (memory == 0) return;
  const DeviceArena& arena = *step->arena;
  const auto place = [&](graph::ValueId id) {
    return TensorPlace{arena.type(),
                       arena.buffer() + plan.arenas[memory].offsets[Index(id)]};
  };
  const auto bytes = [&](graph::ValueId id) {
    const graph::Value& value = graph_.value(id);
    return graph::ByteSize(value.type, value.dims).value();
  };
  for (size_t i = 0; i < step->inputs.size(); ++i) {
    step->inputs[i] = place(step->compiled->inputs()[i]);
  }
  for (size_t i = 0; i < step->outputs.size(); ++i) {
    step->outputs[i] = place(step->compiled->outputs()[i]);
  }
  for (size_t i = 0; i < step->uploads.size(); ++i) {
    const TensorPlace to = place(moves.uploads[i]);
    step->uploads[i] = {ONNXIFI_MEMORY_TYPE_CPU, 0, to.type, to.buffer,
                        bytes(moves.uploads[i])};
  }
  for (size_t i = 0; i < step->downloads.size(); ++i) {
    const TensorPlace from = place(moves.downloads[i]);
    step->downloads[i] = {from.type, from.buffer, ONNXIFI_MEMORY_TYPE_CPU, 0,
                          bytes(moves.downloads[i])};
  }
}

}  // namespace onnxifi::hetero
