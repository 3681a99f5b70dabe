#ifndef ONNXIFI_BACKENDS_COMMON_PLAN_H_
#define ONNXIFI_BACKENDS_COMMON_PLAN_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "backends/common/flat_program.h"
#include "backends/common/op_kernel.h"
#include "base/status.h"

namespace onnxifi {

// Makes what runs a program on a device whose memory is not the host's: its
// steps carry, as their states, what the backend's kernels have left for it.
// Thread-safe.
class ProgramLinker {
 public:
  virtual ~ProgramLinker() = default;
  virtual Result<std::unique_ptr<Executable>> Link(
      std::shared_ptr<const ProgramSpec> spec) = 0;
};

// What a backend gives the shared compile pipeline.
struct CompilerHooks {
  // A step that copies in[0] (desc `from`) to out[0] in layout `to`. Null when
  // the backend has plain tensors only.
  Status (*make_reorder)(const TensorDesc& from, Layout to, RunFn* fn,
                         std::shared_ptr<const void>* state) = nullptr;
  // Rewrites the folded graph (fusion). May be null.
  Status (*rewrite)(graph::Graph& graph) = nullptr;
  RunHooks run_hooks;
  // Null: steps are functions, and a FlatProgram calls them.
  std::shared_ptr<ProgramLinker> linker;
  NumericMode numeric_mode = NumericMode::kAccurate;
  // What kernels get from PrepareContext::device(): the backend's own.
  const void* device = nullptr;
};

// Index into Plan::tensors.
using TensorId = int32_t;
inline constexpr TensorId kNoTensor = -1;

// A region of memory. Several tensors share one through aliases; a buffer
// with a parent is a part of that one.
struct PlanBuffer {
  enum class Kind : uint8_t { kArena, kConstant, kInput, kOutput };
  Kind kind = Kind::kArena;
  uint32_t io = 0;
  size_t bytes = 0;
  graph::TensorPtr constant;
  int32_t first_step = -1;  // the step that writes it first
  int32_t last_step = -1;   // the last step that touches it
  int32_t parent = -1;
  size_t parent_offset = 0;
  bool placed = false;  // has parts at offsets, or is such a part
};

// One tensor in one layout.
struct PlanTensor {
  TensorDesc desc;
  int32_t buffer = -1;
};

struct PlanStep {
  RunFn fn = nullptr;
  std::shared_ptr<const void> state;
  std::vector<TensorId> inputs;
  std::vector<TensorId> outputs;
  size_t scratch_bytes = 0;
  std::string node_name;
  std::string op_type;
};

// A step's wish to let output tensor `out` take over input tensor `in`.
struct InPlaceWish {
  int32_t step;
  TensorId in;
  TensorId out;
};

// A step's wish to have `part` produced at `offset` inside `whole`.
struct PlaceWish {
  TensorId part;
  TensorId whole;
  size_t offset;
};

// A graph with all shapes fixed, before memory is assigned. Built node by
// node by PlanBuilder, turned into a program by BindPlan.
struct Plan {
  // Kernels hold on to descriptions while more tensors come (layouts).
  std::deque<PlanTensor> tensors;
  std::vector<PlanBuffer> buffers;
  std::vector<PlanStep> steps;
  std::vector<InPlaceWish> in_place;
  std::vector<PlaceWish> placements;
  std::vector<TensorId> inputs;   // of the graph, in model order
  std::vector<TensorId> outputs;  // of the graph, plain layout

  TensorId AddTensor(TensorDesc desc, int32_t buffer);
  int32_t AddBuffer(PlanBuffer buffer);
  PlanTensor& tensor(TensorId id) { return tensors[static_cast<size_t>(id)]; }
  const PlanTensor& tensor(TensorId id) const {
    return tensors[static_cast<size_t>(id)];
  }
  PlanBuffer& buffer_of(TensorId id) {
    return buffers[static_cast<size_t>(tensor(id).buffer)];
  }
  // Appends a step and extends the lifetimes of what it touches.
  void AddStep(PlanStep step);
  // The buffer that holds `buffer`, and the offset inside it.
  int32_t Root(int32_t buffer, size_t* offset) const;
};

// Assigns memory (outputs to the caller's buffers, placements, in-place,
// arena). Constants that are borrowed or misaligned are copied.
Result<std::shared_ptr<const ProgramSpec>> BindPlan(Plan plan);
// Makes what runs the program; any number for one spec, each with memory of its
// own.
Result<std::unique_ptr<Executable>> LinkProgram(
    std::shared_ptr<const ProgramSpec> spec, ThreadPool& pool,
    const CompilerHooks& hooks);
// Whether a step only copies its input: BindPlan puts such steps in front of
// outputs. Tells how many bytes.
bool IsCopyStep(const StepSpec& step, size_t* bytes);

}  // namespace onnxifi

#endif  // ONNXIFI_BACKENDS_COMMON_PLAN_H_
