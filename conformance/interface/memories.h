#ifndef ONNXIFI_CONFORMANCE_INTERFACE_MEMORIES_H_
#define ONNXIFI_CONFORMANCE_INTERFACE_MEMORIES_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "conformance/interface/client_1_1.h"

namespace onnxifi::conformance {

// Tensors of DLPack in the form that libraries exchange: its ABI without a
// version.
struct DlTensor {
  void* data;
  int32_t device_type;  // 1: host memory
  int32_t device_id;
  int32_t rank;
  uint8_t code;  // 1: unsigned integers, 2: floating point
  uint8_t bits;
  uint16_t lanes;
  int64_t* shape;
  int64_t* strides;  // NULL: dense
  uint64_t byte_offset;
};
struct DlManagedTensor {
  DlTensor tensor;
  void* context;
  void (*deleter)(DlManagedTensor* self);
};
static_assert(sizeof(DlManagedTensor) == 64);

// A tensor of 2x6 floats that counts how often it is deleted.
struct CountedTensor {
  CountedTensor();
  CountedTensor(const CountedTensor&) = delete;
  CountedTensor& operator=(const CountedTensor&) = delete;
  onnxPointer address() { return reinterpret_cast<onnxPointer>(&managed); }

  std::vector<float> data = std::vector<float>(12, 1);
  std::vector<int64_t> shape = {2, 6};
  std::vector<int64_t> strides = {6, 1};
  int deleted = 0;
  DlManagedTensor managed = {};
};

// A client of the functions about memory. What it allocates or imports is freed
// at the end, in time. Without such memory the test is UNSUPPORTED.
class MemoryClient {
 public:
  explicit MemoryClient(Test& test);
  ~MemoryClient();
  MemoryClient(const MemoryClient&) = delete;
  MemoryClient& operator=(const MemoryClient&) = delete;

  bool ready() const { return ready_; }
  Client11& client() { return client_; }
  Session& session() { return client_.session(); }

  // Of the given backend, or of that of the session.
  onnxStatus Allocate(size_t size, onnxMemory* memory, uint32_t flags = 0,
                      size_t alignment = 0, onnxBackend backend = nullptr);
  onnxStatus Free(const onnxMemory& memory, onnxBackend backend = nullptr);
  onnxStatus Import(uint32_t kind, onnxPointer external, size_t size,
                    onnxMemory* memory, onnxBackend backend = nullptr);
  onnxStatus Export(uint32_t kind, const onnxMemory& memory,
                    onnxPointer* external, onnxBackend backend = nullptr);
  onnxStatus Copy(std::span<const onnxMemoryCopy> copies,
                  const std::vector<onnxEvent>& waits = {},
                  onnxEvent* event = nullptr);

  // Memory that must be there; buffer 0: the test has failed.
  onnxMemory New(size_t size, uint32_t flags = 0);
  // Whether bytes can be written and read by the client.
  bool reachable() const { return reachable_; }
  bool Write(const onnxMemory& memory, size_t offset, const void* from,
             size_t size);
  bool Read(const onnxMemory& memory, size_t offset, void* to, size_t size);

  // A result that an error leaves alone.
  static onnxMemory Untouched();
  static bool IsUntouched(const onnxMemory& memory);

 private:
  Test& test_;
  Client11 client_;
  std::vector<onnxMemory> live_;  // of the session's backend
  bool reachable_ = false;
  bool ready_ = false;
};

onnxMemoryCopy CopyOf(onnxEnum from_type, onnxPointer from, onnxEnum to_type,
                      onnxPointer to, size_t size);
inline onnxPointer AddressOf(const void* data) {
  return reinterpret_cast<onnxPointer>(data);
}
// Host to memory, and back.
onnxMemoryCopy Up(const void* from, const onnxMemory& to, size_t offset,
                  size_t size);
onnxMemoryCopy Down(const onnxMemory& from, size_t offset, void* to,
                    size_t size);

// What the interface says of any memory, given for these wishes.
void CheckMemory(Test& test, MemoryClient& client, const onnxMemory& memory,
                 size_t size, size_t alignment);
// The host's memory as if it had been allocated.
onnxMemory HostMemory(void* data, size_t size);

// x and y of the probe model in memories; results are looked at each time.
class BoundMemory {
 public:
  BoundMemory(Test& test, MemoryClient& client);
  bool ready() const { return graph_ != nullptr; }
  onnxStatus Bind(const onnxMemory& x, size_t x_at, const onnxMemory& y,
                  size_t y_at);
  // Six numbers from `first` go through the graph.
  void Expect(const onnxMemory& x, size_t x_at, const onnxMemory& y,
              size_t y_at, float first, const char* what);
  static constexpr size_t kBytes = 6 * sizeof(float);

 private:
  Test& test_;
  MemoryClient& client_;
  onnxGraph graph_;
};

}  // namespace onnxifi::conformance

#endif  // ONNXIFI_CONFORMANCE_INTERFACE_MEMORIES_H_
