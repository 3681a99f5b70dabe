#ifndef ONNXIFI_BACKENDS_HETERO_BUFFER_PLAN_H_
#define ONNXIFI_BACKENDS_HETERO_BUFFER_PLAN_H_

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "base/status.h"
#include "graph/graph.h"

namespace onnxifi::hetero {

// What a step of a graph reads and writes, and in which memory: 0 is the
// host's, which the client's is part of; others belong to devices.
struct MemoryUser {
  size_t memory = 0;
  std::vector<graph::ValueId> inputs;
  std::vector<graph::ValueId> outputs;
};

// What goes on around a step besides its run.
struct StepMoves {
  // Steps whose results have to be in host memory before this one starts.
  std::vector<size_t> waits_for;
  // Steps of the same memory whose results stay there.
  std::vector<size_t> behind;
  // Earlier steps of the same memory that bring what this one reads, too.
  std::vector<size_t> behind_uploads;
  std::vector<graph::ValueId> uploads;    // from host memory, before the run
  std::vector<graph::ValueId> downloads;  // to host memory, after it
};

// One piece of memory for all that lives in it.
struct Arena {
  static constexpr size_t kNowhere = std::numeric_limits<size_t>::max();
  size_t bytes = 0;
  size_t unshared_bytes = 0;    // if nothing took the place of anything else
  std::vector<size_t> offsets;  // [value], or kNowhere
};

struct BufferPlan {
  std::vector<StepMoves> steps;
  std::vector<Arena> arenas;  // [memory]
};

// Plans the memory of everything that passes between steps, which stand in an
// order that respects what they read. Each value is copied once to each memory
// that needs it, and not at all to others. On the host, the graph's inputs and
// outputs are in the client's memory.
//
// Steps that do not wait for each other run at the same time, in any order:
// so a place is taken again only by a step that comes, through waiting, after
// all that used it.
Result<BufferPlan> PlanBuffers(const graph::Graph& graph,
                               const std::vector<MemoryUser>& steps,
                               size_t memories);

}  // namespace onnxifi::hetero

#endif  // ONNXIFI_BACKENDS_HETERO_BUFFER_PLAN_H_
