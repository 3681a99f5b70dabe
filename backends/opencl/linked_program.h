#ifndef ONNXIFI_BACKENDS_OPENCL_LINKED_PROGRAM_H_
#define ONNXIFI_BACKENDS_OPENCL_LINKED_PROGRAM_H_

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "backends/common/plan.h"
#include "backends/opencl/constant_pool.h"
#include "backends/opencl/device.h"
#include "backends/opencl/device_memory.h"
#include "backends/opencl/launch.h"
#include "backends/opencl/program_cache.h"

namespace onnxifi::opencl {

// A program's kernels with their parameters set, and the memory that these name.
// What follows the client's buffers is left open, as patches of the ports.
struct LinkedProgram {
  // A parameter that follows an input or output of the graph.
  struct Patch {
    size_t command;
    cl_uint argument;  // of a copy: 0 is its source, 1 its target
    size_t offset;     // in the tensor
  };
  // An input or output, and the buffer that kernels have as theirs: the
  // client's block, a buffer over its memory, or one of our own.
  struct Port {
    size_t bytes = 0;
    const void* bound = nullptr;  // where the client has it; of our own: NULL
    std::shared_ptr<const BufferBlock> block;
    ClOwned<cl_mem> over_host;
    ClOwned<cl_mem> own;
    std::vector<Patch> patches;
    bool stale = true;  // the kernels may have another buffer
    bool is_own() const { return block == nullptr && !over_host; }
  };
  // A kernel, or a copy when there is none.
  struct Command {
    size_t step = 0;
    ClOwned<cl_kernel> kernel;
    cl_uint dims = 3;
    std::array<size_t, 3> global = {1, 1, 1};
    std::array<size_t, 3> local = {0, 0, 0};
    cl_mem from = nullptr;
    cl_mem to = nullptr;
    size_t from_offset = 0;
    size_t to_offset = 0;
    size_t bytes = 0;
  };

  static Result<LinkedProgram> Link(
      const std::shared_ptr<const ProgramSpec>& spec, const Device& device,
      ProgramCache& programs, ConstantPool& constants);

  std::string text;  // of all kernels
  std::shared_ptr<const Program> program;
  std::vector<ConstantPool::Buffer> kept;
  ClOwned<cl_mem> arena;
  ClOwned<cl_mem> failure;  // an int that kernels set when they refuse data
  bool checks_failure = false;
  std::vector<Port> inputs;
  std::vector<Port> outputs;
  std::vector<Command> commands;
};

}  // namespace onnxifi::opencl

#endif  // ONNXIFI_BACKENDS_OPENCL_LINKED_PROGRAM_H_
