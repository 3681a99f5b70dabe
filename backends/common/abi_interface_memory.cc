// Interface 1.1: memory that a backend's graphs read and write, and copies.
#include <algorithm>
#include <bit>
#include <utility>

#include "backends/common/abi_arguments.h"
#include "backends/common/abi_guard.h"
#include "backends/common/abi_interface.h"
#include "backends/common/backend_object.h"
#include "base/checked.h"
#include "base/str_cat.h"

namespace onnxifi::abi {
namespace {

constexpr size_t kMostAlignment = 4096;

Status BadLocation(const char* why) {
  return Status(ONNXIFI_STATUS_INVALID_MEMORY_LOCATION, why);
}

Status Offered(const BackendObject& backend) {
  if (backend.backend().memory() != nullptr) return Status::Ok();
  return Status(ONNXIFI_STATUS_UNSUPPORTED_MEMORY_TYPE,
                "this backend has no memory for clients");
}

Status CheckResult(const onnxMemory* memory) {
  if (memory == nullptr) return NullPointer("memory");
  return CheckStructSize(memory->structSize, sizeof(*memory), "memory");
}

Status CheckKind(uint32_t kind) {
  if (kind >= ONNXIFI_EXTERNAL_HOST_POINTER &&
      kind <= ONNXIFI_EXTERNAL_DMA_BUFFER) {
    return Status::Ok();
  }
  return Status(ONNXIFI_STATUS_INVALID_MEMORY_TYPE,
                StrCat("kind ", kind, " is not one of ONNXIFI_EXTERNAL_*"));
}

void Fill(const MemoryBlock& block, onnxMemory* memory) {
  memory->flags = block.host != nullptr ? ONNXIFI_MEMORY_HOST_VISIBLE : 0;
  memory->memoryType = ONNXIFI_MEMORY_TYPE_DEVICE;
  memory->buffer = block.buffer;
  memory->size = block.size;
  memory->hostPointer = block.host;
}

enum class Side { kHost, kDevice, kOther };

Result<Side> SideOf(onnxEnum type) {
  switch (type) {
    case ONNXIFI_MEMORY_TYPE_CPU:
      return Side::kHost;
    case ONNXIFI_MEMORY_TYPE_DEVICE:
      return Side::kDevice;
    case ONNXIFI_MEMORY_TYPE_CUDA_BUFFER:
    case ONNXIFI_MEMORY_TYPE_OPENCL_BUFFER:
    case ONNXIFI_MEMORY_TYPE_OPENGLES_TEXTURE_2D:
    case ONNXIFI_MEMORY_TYPE_D3D_RESOURCE:
      return Side::kOther;
    default:
      return Status(ONNXIFI_STATUS_INVALID_MEMORY_TYPE,
                    StrCat("memory type ", type,
                           " is not one ONNXIFI_MEMORY_TYPE_ value"));
  }
}

// How the device copies from one type of memory to another.
Result<CopySupport> HowToCopy(const Backend& backend, onnxEnum from_type,
                              onnxEnum to_type) {
  ONNXIFI_ASSIGN_OR_RETURN(const Side from, SideOf(from_type));
  ONNXIFI_ASSIGN_OR_RETURN(const Side to, SideOf(to_type));
  const DeviceMemory* memory = backend.memory();
  if (memory == nullptr || from == Side::kOther || to == Side::kOther) {
    return CopySupport{};
  }
  return memory->HowToCopy(from == Side::kDevice, to == Side::kDevice);
}

// One end of a copy.
Status CheckEnd(const MemoryTable& memories, onnxEnum type, onnxPointer at,
                size_t size) {
  onnxPointer end = 0;
  if (at == 0) return BadLocation("an end is NULL");
  if (!CheckedAdd<onnxPointer>(at, size, &end)) {
    return BadLocation("an end lies behind the last address");
  }
  if (type == ONNXIFI_MEMORY_TYPE_DEVICE &&
      memories.Locate(at, size) == MemoryTable::Where::kNowhere) {
    return BadLocation(
        "an end is not inside of one live memory of the backend");
  }
  return Status::Ok();
}

Result<CheckedCopy> CheckCopy(BackendObject& backend,
                              const onnxMemoryCopy& copy) {
  ONNXIFI_ASSIGN_OR_RETURN(
      const CopySupport how,
      HowToCopy(backend.backend(), copy.fromType, copy.toType));
  if (how.support == ONNXIFI_COPY_NONE) {
    return Status(ONNXIFI_STATUS_UNSUPPORTED_MEMORY_TYPE,
                  StrCat("this backend does not copy from memory of type ",
                         copy.fromType, " to type ", copy.toType));
  }
  const MemoryTable& memories = backend.memories();
  ONNXIFI_RETURN_IF_ERROR(
      CheckEnd(memories, copy.fromType, copy.from, copy.size));
  ONNXIFI_RETURN_IF_ERROR(CheckEnd(memories, copy.toType, copy.to, copy.size));
  return CheckedCopy{reinterpret_cast<void*>(copy.to),
                     reinterpret_cast<const void*>(copy.from), copy.size};
}

Result<std::vector<CheckedCopy>> CheckCopies(
    BackendObject& backend, const onnxCopyMemoryArguments& arguments) {
  std::vector<CheckedCopy> copies;
  for (uint32_t i = 0; i < arguments.copiesCount; ++i) {
    Result<CheckedCopy> copy = CheckCopy(backend, arguments.copies[i]);
    if (!copy.ok()) return copy.status().WithContext(StrCat("copy ", i));
    copies.push_back(*copy);
  }
  return copies;
}

Result<std::vector<Ref<Event>>> AcquireAll(const onnxEvent* events,
                                           uint32_t count) {
  std::vector<Ref<Event>> acquired;
  for (uint32_t i = 0; i < count; ++i) {
    Ref<Event> event = Event::Table().Acquire(events[i]);
    if (!event) return DeadEvent().WithContext(StrCat("wait event ", i));
    acquired.push_back(std::move(event));
  }
  return acquired;
}

Status WaitForCopies(const Ref<Event>& done) {
  const onnxStatus code = Event::Wait(done);
  (void)Event::Table().Kill(done.handle());
  return code == ONNXIFI_STATUS_SUCCESS ? Status::Ok() : done->FailureOf(code);
}

// Everything about copyMemory but where the event goes.
Result<Ref<Event>> StartCopies(const onnxCopyMemoryArguments& arguments) {
  const Ref<BackendObject> backend =
      BackendObject::Table().Acquire(arguments.backend);
  if (!backend) return DeadBackend();
  if (arguments.copies == nullptr && arguments.copiesCount > 0) {
    return NullPointer("copies");
  }
  if (arguments.waitEvents == nullptr && arguments.waitCount > 0) {
    return NullPointer("waitEvents");
  }
  ONNXIFI_RETURN_IF_ERROR(Offered(*backend));
  ONNXIFI_ASSIGN_OR_RETURN(
      const std::vector<Ref<Event>> waits,
      AcquireAll(arguments.waitEvents, arguments.waitCount));
  ONNXIFI_ASSIGN_OR_RETURN(std::vector<CheckedCopy> copies,
                           CheckCopies(*backend, arguments));
  return backend->copies().Start(*backend->backend().memory(),
                                 std::move(copies), waits);
}

}  // namespace

onnxStatus ONNXIFI_ABI
InterfaceAllocateMemory(const onnxAllocateMemoryArguments* arguments) {
  return Guard([&]() -> Status {
    ONNXIFI_RETURN_IF_ERROR(CheckArguments(arguments));
    const Ref<BackendObject> backend =
        BackendObject::Table().Acquire(arguments->backend);
    if (!backend) return DeadBackend();
    ONNXIFI_RETURN_IF_ERROR(CheckResult(arguments->memory));
    if ((arguments->flags & ~uint32_t{ONNXIFI_MEMORY_HOST_VISIBLE}) != 0) {
      return Status(ONNXIFI_STATUS_INVALID_PROPERTY,
                    StrCat("flags ", arguments->flags, " are not known"));
    }
    const size_t alignment = std::max<size_t>(arguments->alignment, 1);
    if (arguments->size == 0 || alignment > kMostAlignment ||
        !std::has_single_bit(alignment)) {
      return Status(ONNXIFI_STATUS_INVALID_SIZE,
                    StrCat("memory of ", arguments->size, " bytes, aligned to ",
                           arguments->alignment,
                           "; both need at least 1 byte and the alignment is "
                           "a power of two up to 4096"));
    }
    ONNXIFI_RETURN_IF_ERROR(Offered(*backend));
    ONNXIFI_ASSIGN_OR_RETURN(
        const MemoryBlock block,
        backend->backend().memory()->Allocate(
            arguments->size, alignment,
            (arguments->flags & ONNXIFI_MEMORY_HOST_VISIBLE) != 0));
    ONNXIFI_RETURN_IF_ERROR(backend->memories().Add(block));
    Fill(block, arguments->memory);
    return Status::Ok();
  });
}

onnxStatus ONNXIFI_ABI
InterfaceFreeMemory(const onnxFreeMemoryArguments* arguments) {
  return Guard([&]() -> Status {
    ONNXIFI_RETURN_IF_ERROR(CheckArguments(arguments));
    const Ref<BackendObject> backend =
        BackendObject::Table().Acquire(arguments->backend);
    if (!backend) return DeadBackend();
    // The block goes here, without a lock: its owner may call the client.
    if (arguments->memoryType == ONNXIFI_MEMORY_TYPE_DEVICE &&
        backend->memories().Remove(arguments->buffer).has_value()) {
      return Status::Ok();
    }
    return BadLocation("not the buffer of a live memory of this backend");
  });
}

onnxStatus ONNXIFI_ABI
InterfaceImportMemory(const onnxImportMemoryArguments* arguments) {
  return Guard([&]() -> Status {
    ONNXIFI_RETURN_IF_ERROR(CheckArguments(arguments));
    const Ref<BackendObject> backend =
        BackendObject::Table().Acquire(arguments->backend);
    if (!backend) return DeadBackend();
    ONNXIFI_RETURN_IF_ERROR(CheckResult(arguments->memory));
    ONNXIFI_RETURN_IF_ERROR(CheckKind(arguments->kind));
    ONNXIFI_RETURN_IF_ERROR(Offered(*backend));
    if (arguments->external == 0) return BadLocation("external is 0");
    if (arguments->size == 0 && arguments->kind != ONNXIFI_EXTERNAL_DLPACK) {
      return Status(ONNXIFI_STATUS_INVALID_SIZE, "the memory has no bytes");
    }
    ONNXIFI_ASSIGN_OR_RETURN(
        const MemoryBlock block,
        backend->backend().memory()->Import(
            arguments->kind, arguments->external, arguments->size));
    ONNXIFI_RETURN_IF_ERROR(backend->memories().Add(block));
    Fill(block, arguments->memory);
    return Status::Ok();
  });
}

onnxStatus ONNXIFI_ABI
InterfaceExportMemory(const onnxExportMemoryArguments* arguments) {
  return Guard([&]() -> Status {
    ONNXIFI_RETURN_IF_ERROR(CheckArguments(arguments));
    const Ref<BackendObject> backend =
        BackendObject::Table().Acquire(arguments->backend);
    if (!backend) return DeadBackend();
    if (arguments->external == nullptr) return NullPointer("external");
    ONNXIFI_RETURN_IF_ERROR(CheckKind(arguments->kind));
    ONNXIFI_RETURN_IF_ERROR(Offered(*backend));
    const auto block = arguments->memoryType == ONNXIFI_MEMORY_TYPE_DEVICE
                           ? backend->memories().Find(arguments->buffer)
                           : std::nullopt;
    if (!block.has_value()) {
      return BadLocation("not the buffer of a live memory of this backend");
    }
    ONNXIFI_ASSIGN_OR_RETURN(
        *arguments->external,
        backend->backend().memory()->Export(arguments->kind, *block));
    return Status::Ok();
  });
}

onnxStatus ONNXIFI_ABI
InterfaceCopyMemory(const onnxCopyMemoryArguments* arguments) {
  return Guard([&]() -> Status {
    ONNXIFI_RETURN_IF_ERROR(CheckArguments(arguments));
    if (arguments->event != nullptr) *arguments->event = nullptr;
    ONNXIFI_ASSIGN_OR_RETURN(const Ref<Event> done, StartCopies(*arguments));
    if (arguments->event == nullptr) return WaitForCopies(done);
    *arguments->event = Hand(done);
    return Status::Ok();
  });
}

onnxStatus ONNXIFI_ABI
InterfaceQueryCopy(const onnxQueryCopyArguments* arguments) {
  return Guard([&]() -> Status {
    ONNXIFI_RETURN_IF_ERROR(CheckArguments(arguments));
    const Device* device = Library::Get().FindId(arguments->backendID);
    if (device == nullptr) return DeadId();
    onnxCopySupport* support = arguments->support;
    if (support == nullptr) return NullPointer("support");
    ONNXIFI_RETURN_IF_ERROR(
        CheckStructSize(support->structSize, sizeof(*support), "support"));
    ONNXIFI_ASSIGN_OR_RETURN(
        const CopySupport how,
        HowToCopy(*device->backend, arguments->fromType, arguments->toType));
    support->support = how.support;
    support->latencyNs = how.latency_ns;
    support->bytesPerSecond = how.bytes_per_second;
    return Status::Ok();
  });
}

}  // namespace onnxifi::abi
