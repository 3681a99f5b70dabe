#include <algorithm>
#include <cstring>
#include <unordered_map>

#include "backends/common/memory_planner.h"
#include "backends/common/memory_planner_validator.h"
#include "backends/common/plan.h"
#include "base/str_cat.h"

namespace onnxifi {

namespace {

using Kind = PlanBuffer::Kind;

onnxStatus RunCopy(const void* state, const RunArgs& args) {
  const size_t bytes = *static_cast<const size_t*>(state);
  if (bytes > 0) std::memcpy(args.out[0], args.in[0], bytes);
  return ONNXIFI_STATUS_SUCCESS;
}

size_t ElementAlignment(graph::DataType type) {
  const int bits = graph::ElementBits(type);
  return bits <= 8 ? 1 : static_cast<size_t>(std::min(bits, 64)) / 8;
}

// Decides where every buffer of a plan lives.
class Binder {
 public:
  explicit Binder(Plan plan) : plan_(std::move(plan)) {}

  Result<ProgramSpec> Bind() {
    AssignOutputs();
    for (const PlaceWish& wish : plan_.placements) Place(wish);
    for (const InPlaceWish& wish : plan_.in_place) Merge(wish);
    ONNXIFI_RETURN_IF_ERROR(AssignArena());
    return MakeSpec();
  }

 private:
  PlanBuffer& buffer(int32_t index) {
    return plan_.buffers[static_cast<size_t>(index)];
  }

  // Lets the producer of a graph output write the caller's buffer directly,
  // or adds a copy where that is not possible.
  void AssignOutputs() {
    for (size_t o = 0; o < plan_.outputs.size(); ++o) {
      const TensorId id = plan_.outputs[o];
      PlanBuffer& own = plan_.buffer_of(id);
      if (own.kind == Kind::kArena && own.first_step >= 0) {
        own.kind = Kind::kOutput;
        own.io = static_cast<uint32_t>(o);
        continue;
      }
      PlanBuffer target;
      target.kind = Kind::kOutput;
      target.io = static_cast<uint32_t>(o);
      target.bytes = own.bytes;
      const size_t bytes = own.bytes;
      const int32_t index = plan_.AddBuffer(std::move(target));
      PlanStep copy;
      copy.fn = &RunCopy;
      copy.state = std::make_shared<const size_t>(bytes);
      copy.inputs = {id};
      copy.outputs = {plan_.AddTensor(plan_.tensor(id).desc, index)};
      copy.node_name = "output copy";
      plan_.AddStep(std::move(copy));
    }
  }

  void Place(const PlaceWish& wish) {
    const int32_t part = plan_.tensor(wish.part).buffer;
    const int32_t whole = plan_.tensor(wish.whole).buffer;
    PlanBuffer& inner = buffer(part);
    if (inner.kind != Kind::kArena || inner.parent >= 0 ||
        inner.first_step < 0) {
      return;
    }
    const int32_t root = plan_.Root(whole, nullptr);
    PlanBuffer& outer = buffer(whole);
    if (root == part || outer.kind == Kind::kConstant ||
        outer.kind == Kind::kInput || wish.offset > outer.bytes ||
        outer.bytes - wish.offset < inner.bytes) {
      return;
    }
    inner.parent = whole;
    inner.parent_offset = wish.offset;
    inner.placed = true;
    outer.placed = true;
    buffer(root).placed = true;
    Extend(buffer(root), inner);
  }

  void Merge(const InPlaceWish& wish) {
    const int32_t in = plan_.Root(plan_.tensor(wish.in).buffer, nullptr);
    const int32_t out = plan_.Root(plan_.tensor(wish.out).buffer, nullptr);
    PlanBuffer& from = buffer(in);
    PlanBuffer& to = buffer(out);
    if (in == out || from.kind != Kind::kArena ||
        (to.kind != Kind::kArena && to.kind != Kind::kOutput) || from.placed ||
        to.placed || from.bytes != to.bytes || from.last_step != wish.step ||
        to.first_step != wish.step) {
      return;
    }
    from.parent = out;
    Extend(to, from);
  }

  static void Extend(PlanBuffer& root, const PlanBuffer& part) {
    root.first_step = root.first_step < 0
                          ? part.first_step
                          : std::min(root.first_step, part.first_step);
    root.last_step = std::max(root.last_step, part.last_step);
  }

  Status AssignArena() {
    std::vector<BufferRequest> requests;
    std::vector<int32_t> owner;
    for (size_t i = 0; i < plan_.buffers.size(); ++i) {
      const PlanBuffer& b = plan_.buffers[i];
      if (b.kind != Kind::kArena || b.parent >= 0 || b.first_step < 0) {
        continue;
      }
      requests.push_back({b.bytes, b.first_step, b.last_step + 1});
      owner.push_back(static_cast<int32_t>(i));
    }
    for (size_t s = 0; s < plan_.steps.size(); ++s) {
      if (plan_.steps[s].scratch_bytes == 0) continue;
      const int32_t step = static_cast<int32_t>(s);
      requests.push_back({plan_.steps[s].scratch_bytes, step, step + 1});
      owner.push_back(-1 - step);
    }
    ONNXIFI_ASSIGN_OR_RETURN(const MemoryPlan memory, PlanMemory(requests));
    ONNXIFI_RETURN_IF_ERROR(ValidateMemoryPlan(requests, memory));
    arena_bytes_ = memory.arena_bytes;
    scratch_offset_.assign(plan_.steps.size(), 0);
    arena_offset_.assign(plan_.buffers.size(), 0);
    for (size_t i = 0; i < owner.size(); ++i) {
      if (owner[i] >= 0) {
        arena_offset_[static_cast<size_t>(owner[i])] = memory.offsets[i];
      } else {
        scratch_offset_[static_cast<size_t>(-1 - owner[i])] = memory.offsets[i];
      }
    }
    return Status::Ok();
  }

  Result<Location> Locate(TensorId id) {
    Location location;
    if (id == kNoTensor) return location;
    size_t offset = 0;
    const int32_t root = plan_.Root(plan_.tensor(id).buffer, &offset);
    const PlanBuffer& b = buffer(root);
    location.offset = offset;
    location.io = b.io;
    switch (b.kind) {
      case Kind::kArena:
        location.kind = Location::Kind::kArena;
        location.offset += arena_offset_[static_cast<size_t>(root)];
        break;
      case Kind::kInput:
        location.kind = Location::Kind::kInput;
        break;
      case Kind::kOutput:
        location.kind = Location::Kind::kOutput;
        break;
      case Kind::kConstant: {
        location.kind = Location::Kind::kConstant;
        location.constant_bytes = b.bytes;
        ONNXIFI_ASSIGN_OR_RETURN(location.constant, OwnedConstant(b));
        break;
      }
    }
    return location;
  }

  // The constant's bytes, aligned and alive as long as the program.
  Result<const void*> OwnedConstant(const PlanBuffer& b) {
    const graph::TensorPtr& tensor = b.constant;
    const bool aligned = reinterpret_cast<uintptr_t>(tensor->data) %
                             ElementAlignment(tensor->type) ==
                         0;
    if (tensor->owner != nullptr && aligned) {
      spec_.keep_alive.push_back(tensor);
      return tensor->data;
    }
    const auto found = copies_.find(tensor->data);
    if (found != copies_.end()) return found->second;
    ONNXIFI_ASSIGN_OR_RETURN(graph::NewTensor copy,
                             graph::MakeTensor(tensor->type, tensor->dims));
    if (tensor->bytes > 0) {
      std::memcpy(copy.data, tensor->data, tensor->bytes);
    }
    spec_.keep_alive.push_back(copy.tensor);
    copies_.emplace(tensor->data, copy.data);
    return static_cast<const void*>(copy.data);
  }

  Result<ProgramSpec> MakeSpec() {
    spec_.arena_bytes = arena_bytes_;
    for (const TensorId id : plan_.inputs) {
      const PlanTensor& tensor = plan_.tensor(id);
      spec_.input_bytes.push_back(plan_.buffer_of(id).bytes);
      spec_.input_alignment.push_back(ElementAlignment(tensor.desc.type));
    }
    for (const TensorId id : plan_.outputs) {
      const PlanTensor& tensor = plan_.tensor(id);
      ONNXIFI_ASSIGN_OR_RETURN(const size_t bytes, DescBytes(tensor.desc));
      spec_.output_bytes.push_back(bytes);
      spec_.output_alignment.push_back(ElementAlignment(tensor.desc.type));
      spec_.output_shapes.push_back(tensor.desc.dims);
      spec_.output_types.push_back(tensor.desc.type);
    }
    spec_.steps.reserve(plan_.steps.size());
    for (size_t s = 0; s < plan_.steps.size(); ++s) {
      PlanStep& step = plan_.steps[s];
      StepSpec out;
      out.fn = step.fn;
      out.state = std::move(step.state);
      out.node_name = std::move(step.node_name);
      out.op_type = std::move(step.op_type);
      for (const TensorId id : step.inputs) {
        ONNXIFI_ASSIGN_OR_RETURN(Location at, Locate(id));
        out.inputs.push_back(at);
      }
      for (const TensorId id : step.outputs) {
        ONNXIFI_ASSIGN_OR_RETURN(Location at, Locate(id));
        out.outputs.push_back(at);
      }
      if (step.scratch_bytes > 0) {
        out.scratch.kind = Location::Kind::kArena;
        out.scratch.offset = scratch_offset_[s];
      }
      spec_.steps.push_back(std::move(out));
    }
    return std::move(spec_);
  }

  Plan plan_;
  ProgramSpec spec_;
  size_t arena_bytes_ = 0;
  std::vector<size_t> arena_offset_;
  std::vector<size_t> scratch_offset_;
  std::unordered_map<const void*, const void*> copies_;
};

}  // namespace

Result<std::shared_ptr<const ProgramSpec>> BindPlan(Plan plan) {
  ONNXIFI_ASSIGN_OR_RETURN(ProgramSpec spec, Binder(std::move(plan)).Bind());
  return std::make_shared<const ProgramSpec>(std::move(spec));
}

Result<std::unique_ptr<Executable>> LinkProgram(
    std::shared_ptr<const ProgramSpec> spec, ThreadPool& pool,
    const CompilerHooks& hooks) {
  if (hooks.linker != nullptr) return hooks.linker->Link(std::move(spec));
  ONNXIFI_ASSIGN_OR_RETURN(
      std::unique_ptr<FlatProgram> program,
      FlatProgram::Create(std::move(spec), pool, hooks.run_hooks));
  return std::unique_ptr<Executable>(std::move(program));
}

bool IsCopyStep(const StepSpec& step, size_t* bytes) {
  if (step.fn != &RunCopy) return false;
  *bytes = *static_cast<const size_t*>(step.state.get());
  return true;
}

}  // namespace onnxifi
