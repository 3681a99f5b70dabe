#include "conformance/interface/memories.h"

#include <algorithm>

namespace onnxifi::conformance {
namespace {

constexpr onnxPointer kUntouched = 4711;

onnxTensorDescriptorV1 At(const char* name, const onnxMemory& memory,
                          size_t offset) {
  static const uint64_t shape[] = {2, 3};
  onnxTensorDescriptorV1 tensor =
      Describe(name, ONNXIFI_DATATYPE_FLOAT32, shape, nullptr);
  tensor.memoryType = memory.memoryType;
  tensor.buffer = memory.buffer + offset;
  return tensor;
}

}  // namespace

CountedTensor::CountedTensor() {
  managed.tensor.data = data.data();
  managed.tensor.device_type = 1;
  managed.tensor.rank = 2;
  managed.tensor.code = 2;
  managed.tensor.bits = 32;
  managed.tensor.lanes = 1;
  managed.tensor.shape = shape.data();
  managed.context = this;
  managed.deleter = [](DlManagedTensor* self) {
    ++static_cast<CountedTensor*>(self->context)->deleted;
  };
}

MemoryClient::MemoryClient(Test& test) : test_(test), client_(test) {
  if (!client_.Offers(client_.table().allocateMemory, "allocateMemory") ||
      !client_.Offers(client_.table().freeMemory, "freeMemory") ||
      session().model() == nullptr || session().backend() == nullptr) {
    return;
  }
  onnxMemory memory = Untouched();
  const onnxStatus status = Allocate(64, &memory);
  if (status == ONNXIFI_STATUS_UNSUPPORTED_MEMORY_TYPE) {
    client_.Unsupported("the device has no memory for clients");
    return;
  }
  CERTIFY_CHECK(test_, status == ONNXIFI_STATUS_SUCCESS, "allocateMemory: ",
                StatusText(status), ": ", client_.LastError());
  if (status != ONNXIFI_STATUS_SUCCESS) return;
  reachable_ = memory.hostPointer != nullptr ||
               client_.table().copyMemory != nullptr;
  CERTIFY_STATUS(test_, Free(memory), ONNXIFI_STATUS_SUCCESS,
                 client_.LastError());
  ready_ = !test_.failed();
}

MemoryClient::~MemoryClient() {
  while (!live_.empty()) {
    const onnxMemory memory = live_.back();
    const onnxStatus status = Free(memory);
    CERTIFY_CHECK(test_, status == ONNXIFI_STATUS_SUCCESS,
                  "freeMemory at the end: ", StatusText(status));
    if (status != ONNXIFI_STATUS_SUCCESS) live_.pop_back();
  }
}

onnxStatus MemoryClient::Allocate(size_t size, onnxMemory* memory,
                                  uint32_t flags, size_t alignment,
                                  onnxBackend backend) {
  auto arguments = conformance::New<onnxAllocateMemoryArguments>();
  arguments.flags = flags;
  arguments.backend = backend == nullptr ? session().backend() : backend;
  arguments.size = size;
  arguments.alignment = alignment;
  arguments.memory = memory;
  const onnxStatus status = client_.table().allocateMemory(&arguments);
  if (status == ONNXIFI_STATUS_SUCCESS && backend == nullptr) {
    live_.push_back(*memory);
  }
  return status;
}

onnxStatus MemoryClient::Free(const onnxMemory& memory, onnxBackend backend) {
  auto arguments = conformance::New<onnxFreeMemoryArguments>();
  arguments.backend = backend == nullptr ? session().backend() : backend;
  arguments.memoryType = memory.memoryType;
  arguments.buffer = memory.buffer;
  const onnxStatus status = client_.table().freeMemory(&arguments);
  if (status == ONNXIFI_STATUS_SUCCESS && backend == nullptr) {
    const auto at = std::find_if(
        live_.begin(), live_.end(), [&](const onnxMemory& live) {
          return live.buffer == memory.buffer &&
                 live.memoryType == memory.memoryType;
        });
    if (at != live_.end()) live_.erase(at);
  }
  return status;
}

onnxStatus MemoryClient::Import(uint32_t kind, onnxPointer external,
                                size_t size, onnxMemory* memory,
                                onnxBackend backend) {
  auto arguments = conformance::New<onnxImportMemoryArguments>();
  arguments.kind = kind;
  arguments.backend = backend == nullptr ? session().backend() : backend;
  arguments.external = external;
  arguments.size = size;
  arguments.memory = memory;
  const onnxStatus status = client_.table().importMemory(&arguments);
  if (status == ONNXIFI_STATUS_SUCCESS && backend == nullptr) {
    live_.push_back(*memory);
  }
  return status;
}

onnxStatus MemoryClient::Export(uint32_t kind, const onnxMemory& memory,
                                onnxPointer* external, onnxBackend backend) {
  auto arguments = conformance::New<onnxExportMemoryArguments>();
  arguments.kind = kind;
  arguments.backend = backend == nullptr ? session().backend() : backend;
  arguments.memoryType = memory.memoryType;
  arguments.buffer = memory.buffer;
  arguments.external = external;
  return client_.table().exportMemory(&arguments);
}

onnxStatus MemoryClient::Copy(std::span<const onnxMemoryCopy> copies,
                              const std::vector<onnxEvent>& waits,
                              onnxEvent* event) {
  auto arguments = conformance::New<onnxCopyMemoryArguments>();
  arguments.waitCount = static_cast<uint32_t>(waits.size());
  arguments.backend = session().backend();
  arguments.waitEvents = waits.data();
  arguments.copies = copies.data();
  arguments.copiesCount = static_cast<uint32_t>(copies.size());
  arguments.event = event;
  return client_.table().copyMemory(&arguments);
}

onnxMemory MemoryClient::New(size_t size, uint32_t flags) {
  onnxMemory memory = Untouched();
  const onnxStatus status = Allocate(size, &memory, flags);
  CERTIFY_CHECK(test_, status == ONNXIFI_STATUS_SUCCESS, "allocateMemory of ",
                size, " bytes: ", StatusText(status), ": ",
                client_.LastError());
  if (status != ONNXIFI_STATUS_SUCCESS) memory.buffer = 0;
  return memory;
}

bool MemoryClient::Write(const onnxMemory& memory, size_t offset,
                         const void* from, size_t size) {
  if (memory.hostPointer != nullptr) {
    std::memcpy(static_cast<char*>(memory.hostPointer) + offset, from, size);
    return true;
  }
  const onnxMemoryCopy copy = Up(from, memory, offset, size);
  const onnxStatus status = Copy({&copy, 1});
  CERTIFY_CHECK(test_, status == ONNXIFI_STATUS_SUCCESS, "copyMemory: ",
                StatusText(status), ": ", client_.LastError());
  return status == ONNXIFI_STATUS_SUCCESS;
}

bool MemoryClient::Read(const onnxMemory& memory, size_t offset, void* to,
                        size_t size) {
  if (memory.hostPointer != nullptr) {
    std::memcpy(to, static_cast<const char*>(memory.hostPointer) + offset,
                size);
    return true;
  }
  const onnxMemoryCopy copy = Down(memory, offset, to, size);
  const onnxStatus status = Copy({&copy, 1});
  CERTIFY_CHECK(test_, status == ONNXIFI_STATUS_SUCCESS, "copyMemory: ",
                StatusText(status), ": ", client_.LastError());
  return status == ONNXIFI_STATUS_SUCCESS;
}

onnxMemory MemoryClient::Untouched() {
  auto memory = conformance::New<onnxMemory>();
  memory.buffer = kUntouched;
  memory.size = kUntouched;
  return memory;
}

bool MemoryClient::IsUntouched(const onnxMemory& memory) {
  return memory.buffer == kUntouched && memory.size == kUntouched &&
         memory.hostPointer == nullptr && memory.flags == 0;
}

onnxMemoryCopy CopyOf(onnxEnum from_type, onnxPointer from, onnxEnum to_type,
                      onnxPointer to, size_t size) {
  return {from_type, from, to_type, to, size};
}

onnxMemoryCopy Up(const void* from, const onnxMemory& to, size_t offset,
                  size_t size) {
  return {ONNXIFI_MEMORY_TYPE_CPU, AddressOf(from), to.memoryType,
          to.buffer + offset, size};
}

onnxMemoryCopy Down(const onnxMemory& from, size_t offset, void* to,
                    size_t size) {
  return {from.memoryType, from.buffer + offset, ONNXIFI_MEMORY_TYPE_CPU,
          AddressOf(to), size};
}

void CheckMemory(Test& test, MemoryClient& client, const onnxMemory& memory,
                 size_t size, size_t alignment) {
  const uint64_t types =
      client.session().InfoNumber(ONNXIFI_BACKEND_MEMORY_TYPES, 0);
  CERTIFY_CHECK(test, memory.size >= size, "a memory of ", memory.size,
                " bytes instead of ", size);
  CERTIFY_CHECK(test,
                memory.memoryType == ONNXIFI_MEMORY_TYPE_CPU ||
                    (memory.memoryType & types) == memory.memoryType,
                "memory type ", memory.memoryType,
                " is none of ONNXIFI_BACKEND_MEMORY_TYPES");
  CERTIFY_CHECK(test, memory.buffer != 0, "a memory at 0");
  CERTIFY_CHECK(test, alignment == 0 || memory.buffer % alignment == 0,
                "a memory at ", memory.buffer, ", not aligned to ", alignment);
  const bool visible = (memory.flags & ONNXIFI_MEMORY_HOST_VISIBLE) != 0;
  CERTIFY_CHECK(test, visible == (memory.hostPointer != nullptr),
                "hostPointer is ", visible ? "NULL" : "not NULL",
                ", the flags are ", memory.flags);
}

// The host's memory as if it had been allocated.
onnxMemory HostMemory(void* data, size_t size) {
  auto memory = New<onnxMemory>();
  memory.memoryType = ONNXIFI_MEMORY_TYPE_CPU;
  memory.buffer = AddressOf(data);
  memory.hostPointer = data;
  memory.size = size;
  return memory;
}

BoundMemory::BoundMemory(Test& test, MemoryClient& client)
    : test_(test),
      client_(client),
      graph_(client.session().NewGraph(client.session().model()->bytes)) {}

onnxStatus BoundMemory::Bind(const onnxMemory& x, size_t x_at,
                             const onnxMemory& y, size_t y_at) {
  onnxTensorDescriptorV1 in = At("x", x, x_at);
  onnxTensorDescriptorV1 out = At("y", y, y_at);
  return test_.plugin().onnxSetGraphIO(graph_, 1, &in, 1, &out);
}

void BoundMemory::Expect(const onnxMemory& x, size_t x_at, const onnxMemory& y,
            size_t y_at, float first, const char* what) {
  std::vector<float> in(6);
  for (size_t i = 0; i < 6; ++i) in[i] = first + static_cast<float>(i);
  const onnxStatus status = Bind(x, x_at, y, y_at);
  CERTIFY_CHECK(test_, status == ONNXIFI_STATUS_SUCCESS, what,
                ": onnxSetGraphIO: ", StatusText(status), ": ",
                client_.client().LastError());
  if (status != ONNXIFI_STATUS_SUCCESS ||
      !client_.Write(x, x_at, in.data(), kBytes) ||
      !client_.session().Run(graph_)) {
    return;
  }
  std::vector<float> got(6);
  if (!client_.Read(y, y_at, got.data(), kBytes)) return;
  for (size_t i = 0; i < 6; ++i) {
    const float wanted = client_.session().model()->result(in[i]);
    CERTIFY_CHECK(test_, got[i] == wanted, what, ": element ", i, " is ",
                  got[i], ", not ", wanted);
  }
}

}  // namespace onnxifi::conformance
