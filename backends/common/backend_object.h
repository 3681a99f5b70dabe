#ifndef ONNXIFI_BACKENDS_COMMON_BACKEND_OBJECT_H_
#define ONNXIFI_BACKENDS_COMMON_BACKEND_OBJECT_H_

#include <cstdint>
#include <memory>
#include <utility>

#include "backends/common/backend.h"
#include "backends/common/handle_table.h"
#include "backends/common/library.h"
#include "backends/common/memory_copy.h"
#include "backends/common/memory_table.h"
#include "base/str_cat.h"

namespace onnxifi::abi {

// What one onnxInitBackend made: a device, the properties chosen for it, and the
// memory that clients have of it. Graphs keep it alive after the client has
// released it. Thread-safe.
class BackendObject {
 public:
  static constexpr HandleKind kHandleKind = HandleKind::kBackend;
  static constexpr uint32_t kSlotsPerChunk = 16;
  static HandleTable<BackendObject>& Table();

  // `own`: made with the application's handles; nullptr: the device's.
  BackendObject(Device& device, std::unique_ptr<Backend> own,
                const CompileOptions& options, bool tolerant)
      : device_(device),
        own_(std::move(own)),
        options_(options),
        tolerant_(tolerant),
        memories_(backend().memory(), backend().info().memory_types),
        copies_(StrCat("a copy on backend '", backend().info().name, "'")) {}

  Device& device() const { return device_; }
  Backend& backend() const { return own_ ? *own_ : *device_.backend; }
  const CompileOptions& options() const { return options_; }
  // Rules L-1 to L-4 of ONNXIFI_BACKEND_PROPERTY_TOLERANT are in force.
  bool tolerant() const { return tolerant_; }
  MemoryTable& memories() { return memories_; }
  CopyQueue& copies() { return copies_; }

 private:
  Device& device_;
  const std::unique_ptr<Backend> own_;
  const CompileOptions options_;
  const bool tolerant_;
  MemoryTable memories_;
  CopyQueue copies_;
};

}  // namespace onnxifi::abi

#endif  // ONNXIFI_BACKENDS_COMMON_BACKEND_OBJECT_H_
