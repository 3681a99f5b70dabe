#ifndef ONNXIFI_BACKENDS_COMMON_FLAT_PROGRAM_H_
#define ONNXIFI_BACKENDS_COMMON_FLAT_PROGRAM_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "backends/common/backend.h"
#include "backends/common/op_kernel.h"
#include "base/aligned_memory.h"

namespace onnxifi {

class RunControl;

// Where a tensor of a program lives.
struct Location {
  enum class Kind : uint8_t { kAbsent, kArena, kConstant, kInput, kOutput };
  Kind kind = Kind::kAbsent;
  uint32_t io = 0;    // kInput, kOutput: position in the model
  size_t offset = 0;  // bytes into the arena, constant, input, output
  const void* constant = nullptr;
  size_t constant_bytes = 0;  // from `constant` on
};

// One step before it is bound to memory.
struct StepSpec {
  RunFn fn = nullptr;
  std::shared_ptr<const void> state;
  std::vector<Location> inputs;
  std::vector<Location> outputs;
  Location scratch;
  std::string node_name;
  std::string op_type;
};

// Everything a FlatProgram is made of.
struct ProgramSpec {
  std::vector<StepSpec> steps;
  size_t arena_bytes = 0;
  std::vector<size_t> input_bytes;
  std::vector<size_t> input_alignment;  // of one element
  std::vector<size_t> output_bytes;
  std::vector<size_t> output_alignment;
  std::vector<graph::Shape> output_shapes;
  std::vector<graph::DataType> output_types;
  std::vector<std::shared_ptr<const void>> keep_alive;
};

// Called around every run, for library state of the calling thread (such as
// the OpenMP thread count). Both may be null.
struct RunHooks {
  int (*enter)() = nullptr;
  void (*leave)(int token) = nullptr;
};

// The compiled form of a graph for fixed shapes: an array of {function,
// state, pointers} over one arena. A run walks the array; only the pointers
// of graph inputs and outputs change between runs, and only when the caller's
// buffers do. Not thread-safe.
class FlatProgram : public Executable {
 public:
  static Result<std::unique_ptr<FlatProgram>> Create(
      std::shared_ptr<const ProgramSpec> spec, ThreadPool& pool,
      RunHooks hooks);

  // What another program can be made of, which shares the steps' states with
  // this one and has its own memory.
  const std::shared_ptr<const ProgramSpec>& spec() const { return spec_; }

  const std::vector<graph::Shape>& output_shapes() const override {
    return spec_->output_shapes;
  }
  std::span<const graph::DataType> output_types() const override {
    return spec_->output_types;
  }
  onnxStatus Run(std::span<const void* const> inputs,
                 std::span<void* const> outputs) override;

  int64_t workspace_bytes() const override {
    return static_cast<int64_t>(spec_->arena_bytes);
  }

  size_t step_count() const { return steps_.size(); }
  size_t arena_bytes() const { return spec_->arena_bytes; }

 private:
  struct Step {
    RunFn fn;
    const void* state;
    RunArgs args;
  };
  // A pointer slot that follows a graph input or output.
  struct Patch {
    size_t slot;
    size_t offset;
  };
  // One graph input or output: the buffer bound last, its patches, and the
  // aligned copy that stands in for a misaligned buffer.
  struct Port {
    const void* bound = nullptr;
    void* effective = nullptr;
    std::vector<Patch> patches;
    size_t bytes = 0;
    size_t alignment = 1;
    std::unique_ptr<std::byte[]> staging;
  };

  FlatProgram(std::shared_ptr<const ProgramSpec> spec, ThreadPool& pool,
              RunHooks hooks);
  Status Link();
  bool BindPort(Port& port, const void* buffer);
  onnxStatus RunSteps();
  onnxStatus RunControlled(RunControl& control);
  void NoteFailure(size_t step, onnxStatus status) const noexcept;
  void* Resolve(const Location& location, size_t slot);

  const std::shared_ptr<const ProgramSpec> spec_;
  ThreadPool& pool_;
  RunHooks hooks_;
  AlignedMemory arena_memory_;
  std::byte* arena_ = nullptr;
  std::vector<void*> slots_;
  std::vector<Step> steps_;
  std::vector<Port> inputs_;
  std::vector<Port> outputs_;
};

}  // namespace onnxifi

#endif  // ONNXIFI_BACKENDS_COMMON_FLAT_PROGRAM_H_
