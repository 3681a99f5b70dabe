#include "backends/hetero/buffer_plan.h"

#include <algorithm>
#include <utility>

#include "backends/common/memory_planner.h"
#include "base/checked.h"

namespace onnxifi::hetero {
namespace {

constexpr size_t kNone = std::numeric_limits<size_t>::max();
// With more steps the sets of what each one waits for would be large: then
// nothing is taken again.
constexpr size_t kMostSteps = 8192;

size_t Index(graph::ValueId id) { return static_cast<size_t>(id); }

void AddOnce(std::vector<size_t>* list, size_t step) {
  if (std::find(list->begin(), list->end(), step) == list->end()) {
    list->push_back(step);
  }
}

// For each step the first place in the order from which on every step comes
// after it through waiting; the number of steps when there is none.
std::vector<size_t> EndsOf(const std::vector<StepMoves>& steps) {
  const size_t count = steps.size();
  std::vector<size_t> ends(count, count);
  if (count > kMostSteps) return ends;
  const size_t words = (count + 63) / 64;
  std::vector<uint64_t> before(count * words, 0);  // [step]: a set of steps
  for (size_t s = 0; s < count; ++s) {
    uint64_t* own = before.data() + s * words;
    for (const auto* list : {&steps[s].waits_for, &steps[s].behind}) {
      for (const size_t from : *list) {
        const uint64_t* other = before.data() + from * words;
        for (size_t w = 0; w < words; ++w) own[w] |= other[w];
        own[from / 64] |= uint64_t{1} << (from % 64);
      }
    }
  }
  for (size_t u = 0; u < count; ++u) {
    size_t end = count;
    while (end > u + 1 &&
           (before[(end - 1) * words + u / 64] >> (u % 64) & 1) != 0) {
      --end;
    }
    ends[u] = end;
  }
  return ends;
}

class Planner {
 public:
  Planner(const graph::Graph& graph, const std::vector<MemoryUser>& steps,
          size_t memories)
      : graph_(graph),
        steps_(steps),
        memories_(memories),
        makers_(graph.values.size(), kNone),
        bringers_(graph.values.size() * memories, kNone),
        clients_(graph.values.size(), false),
        outputs_(graph.values.size(), false) {
    for (const graph::ValueId id : graph.inputs) clients_[Index(id)] = true;
    for (const graph::ValueId id : graph.outputs) {
      clients_[Index(id)] = true;
      outputs_[Index(id)] = true;
    }
  }

  Result<BufferPlan> Make() {
    FindMoves();
    FindDownloads();
    ends_ = EndsOf(plan_.steps);
    for (size_t memory = 0; memory < memories_; ++memory) {
      ONNXIFI_RETURN_IF_ERROR(MakeArena(memory));
    }
    return std::move(plan_);
  }

 private:
  // Whichever step of a memory is the first to need a value from elsewhere.
  size_t& BringerOf(graph::ValueId id, size_t memory) {
    return bringers_[Index(id) * memories_ + memory];
  }

  void FindMoves() {
    plan_.steps.resize(steps_.size());
    for (size_t s = 0; s < steps_.size(); ++s) {
      for (const graph::ValueId id : steps_[s].inputs) FindSource(s, id);
      for (const graph::ValueId id : steps_[s].outputs) {
        makers_[Index(id)] = s;
      }
    }
  }

  void FindSource(size_t s, graph::ValueId id) {
    const size_t memory = steps_[s].memory;
    const size_t maker = makers_[Index(id)];
    StepMoves& moves = plan_.steps[s];
    if (maker != kNone && steps_[maker].memory == memory && memory != 0) {
      AddOnce(&moves.behind, maker);
      return;
    }
    if (memory != 0) {
      size_t& bringer = BringerOf(id, memory);
      if (bringer == s) return;
      if (bringer != kNone) {
        AddOnce(&moves.behind_uploads, bringer);
        return;
      }
      bringer = s;
      moves.uploads.push_back(id);
    }
    if (maker != kNone) AddOnce(&moves.waits_for, maker);
  }

  void FindDownloads() {
    std::vector<bool> elsewhere = outputs_;
    for (const MemoryUser& step : steps_) {
      for (const graph::ValueId id : step.inputs) {
        const size_t maker = makers_[Index(id)];
        if (maker != kNone && steps_[maker].memory != step.memory) {
          elsewhere[Index(id)] = true;
        }
      }
    }
    for (size_t s = 0; s < steps_.size(); ++s) {
      if (steps_[s].memory == 0) continue;
      for (const graph::ValueId id : steps_[s].outputs) {
        if (elsewhere[Index(id)]) plan_.steps[s].downloads.push_back(id);
      }
    }
  }

  // When a value's place in a memory is written first and free again.
  struct Life {
    size_t first = kNone;
    size_t end = 0;
  };

  std::vector<Life> LivesIn(size_t memory) {
    std::vector<Life> lives(graph_.values.size());
    const auto use = [&](graph::ValueId id, size_t step) {
      Life& life = lives[Index(id)];
      life.end = std::max(life.end, ends_[step]);
    };
    const auto write = [&](graph::ValueId id, size_t step) {
      lives[Index(id)].first = step;
      use(id, step);
      // The copy to the client is waited for at the end only.
      if (memory != 0 && outputs_[Index(id)] && makers_[Index(id)] == step) {
        lives[Index(id)].end = steps_.size();
      }
    };
    for (size_t s = 0; s < steps_.size(); ++s) {
      const StepMoves& moves = plan_.steps[s];
      const bool own = steps_[s].memory == memory;
      if (own && memory != 0) {
        for (const graph::ValueId id : moves.uploads) write(id, s);
      }
      if (own) {
        for (const graph::ValueId id : steps_[s].outputs) write(id, s);
      } else if (memory == 0) {
        for (const graph::ValueId id : moves.downloads) write(id, s);
      }
    }
    for (size_t s = 0; s < steps_.size(); ++s) {
      for (const graph::ValueId id : steps_[s].inputs) {
        if (Uses(s, id, memory)) use(id, s);
      }
    }
    return lives;
  }

  // Whether a step that reads a value keeps its place in a memory busy: its
  // own; the host's while it copies from there; and that of the maker, whose
  // copy to the host is waited for by those who read it elsewhere.
  bool Uses(size_t s, graph::ValueId id, size_t memory) {
    const size_t own = steps_[s].memory;
    const size_t maker = makers_[Index(id)];
    if (own == memory) return true;
    if (memory == 0) return BringerOf(id, own) == s;
    return maker != kNone && steps_[maker].memory == memory;
  }

  Status MakeArena(size_t memory) {
    const std::vector<Life> lives = LivesIn(memory);
    std::vector<BufferRequest> requests;
    std::vector<size_t> values;
    Arena arena;
    arena.offsets.assign(graph_.values.size(), Arena::kNowhere);
    for (size_t v = 0; v < lives.size(); ++v) {
      if (lives[v].first == kNone || (memory == 0 && clients_[v])) continue;
      const graph::Value& value = graph_.values[v];
      ONNXIFI_ASSIGN_OR_RETURN(const size_t bytes,
                               graph::ByteSize(value.type, value.dims));
      size_t rounded = 0;
      if (!CheckedAdd(bytes, kArenaAlignment, &rounded) ||
          !CheckedAdd(arena.unshared_bytes, RoundUp(bytes, kArenaAlignment),
                      &arena.unshared_bytes)) {
        return Status(ONNXIFI_STATUS_NO_SYSTEM_MEMORY,
                      "what passes between the parts does not fit the address "
                      "space");
      }
      requests.push_back({bytes, static_cast<int32_t>(lives[v].first),
                          static_cast<int32_t>(lives[v].end)});
      values.push_back(v);
    }
    ONNXIFI_ASSIGN_OR_RETURN(const MemoryPlan placed, PlanMemory(requests));
    arena.bytes = placed.arena_bytes;
    for (size_t i = 0; i < values.size(); ++i) {
      arena.offsets[values[i]] = placed.offsets[i];
    }
    plan_.arenas.push_back(std::move(arena));
    return Status::Ok();
  }

  const graph::Graph& graph_;
  const std::vector<MemoryUser>& steps_;
  const size_t memories_;
  std::vector<size_t> makers_;    // [value] step, or kNone
  std::vector<size_t> bringers_;  // [value * memories + memory]
  std::vector<bool> clients_;     // [value] the client has memory for it
  std::vector<bool> outputs_;     // [value]
  std::vector<size_t> ends_;
  BufferPlan plan_;
};

}  // namespace

Result<BufferPlan> PlanBuffers(const graph::Graph& graph,
                               const std::vector<MemoryUser>& steps,
                               size_t memories) {
  return Planner(graph, steps, memories).Make();
}

}  // namespace onnxifi::hetero
