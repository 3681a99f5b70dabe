#ifndef ONNXIFI_BACKENDS_COMMON_TESTING_MEMORY_FIXTURE_H_
#define ONNXIFI_BACKENDS_COMMON_TESTING_MEMORY_FIXTURE_H_

#include <vector>

#include "backends/common/testing/values_fixture.h"

namespace onnxifi::testing {

// A client of the functions about memory, on device 0.
class MemoryTest : public ValuesTest {
 protected:
  onnxStatus Allocate(size_t size, onnxMemory* memory, uint32_t flags = 0,
                      size_t alignment = 0) {
    onnxAllocateMemoryArguments arguments = {};
    arguments.structSize = sizeof(arguments);
    arguments.flags = flags;
    arguments.backend = backend_;
    arguments.size = size;
    arguments.alignment = alignment;
    arguments.memory = memory;
    return table_->allocateMemory(&arguments);
  }
  onnxMemory New(size_t size) {
    onnxMemory memory = Untouched();
    EXPECT_EQ(Allocate(size, &memory), ONNXIFI_STATUS_SUCCESS) << LastError();
    return memory;
  }
  onnxStatus Free(onnxPointer buffer,
                  onnxEnum type = ONNXIFI_MEMORY_TYPE_DEVICE) {
    onnxFreeMemoryArguments arguments = {};
    arguments.structSize = sizeof(arguments);
    arguments.backend = backend_;
    arguments.memoryType = type;
    arguments.buffer = buffer;
    return table_->freeMemory(&arguments);
  }
  onnxStatus Import(uint32_t kind, onnxPointer external, size_t size,
                    onnxMemory* memory) {
    onnxImportMemoryArguments arguments = {};
    arguments.structSize = sizeof(arguments);
    arguments.kind = kind;
    arguments.backend = backend_;
    arguments.external = external;
    arguments.size = size;
    arguments.memory = memory;
    return table_->importMemory(&arguments);
  }
  onnxStatus Export(uint32_t kind, onnxPointer buffer, onnxPointer* external,
                    onnxEnum type = ONNXIFI_MEMORY_TYPE_DEVICE) {
    onnxExportMemoryArguments arguments = {};
    arguments.structSize = sizeof(arguments);
    arguments.kind = kind;
    arguments.backend = backend_;
    arguments.memoryType = type;
    arguments.buffer = buffer;
    arguments.external = external;
    return table_->exportMemory(&arguments);
  }
  onnxStatus Copy(const std::vector<onnxMemoryCopy>& copies,
                  const std::vector<onnxEvent>& waits = {},
                  onnxEvent* event = nullptr) {
    onnxCopyMemoryArguments arguments = {};
    arguments.structSize = sizeof(arguments);
    arguments.waitCount = static_cast<uint32_t>(waits.size());
    arguments.backend = backend_;
    arguments.waitEvents = waits.data();
    arguments.copies = copies.data();
    arguments.copiesCount = static_cast<uint32_t>(copies.size());
    arguments.event = event;
    return table_->copyMemory(&arguments);
  }

  // For results that an error leaves alone.
  static onnxMemory Untouched() {
    onnxMemory memory = {};
    memory.structSize = sizeof(memory);
    memory.buffer = 4711;
    return memory;
  }
  static onnxPointer AddressOf(const void* data) {
    return reinterpret_cast<onnxPointer>(data);
  }
  static onnxMemoryCopy Up(const void* from, onnxPointer to, size_t size) {
    return {ONNXIFI_MEMORY_TYPE_CPU, AddressOf(from),
            ONNXIFI_MEMORY_TYPE_DEVICE, to, size};
  }
  static onnxMemoryCopy Down(onnxPointer from, void* to, size_t size) {
    return {ONNXIFI_MEMORY_TYPE_DEVICE, from, ONNXIFI_MEMORY_TYPE_CPU,
            AddressOf(to), size};
  }
  static onnxMemoryCopy Across(onnxPointer from, onnxPointer to, size_t size) {
    return {ONNXIFI_MEMORY_TYPE_DEVICE, from, ONNXIFI_MEMORY_TYPE_DEVICE, to,
            size};
  }
};

}  // namespace onnxifi::testing

#endif  // ONNXIFI_BACKENDS_COMMON_TESTING_MEMORY_FIXTURE_H_
