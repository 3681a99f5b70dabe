#ifndef ONNXIFI_PARTITIONER_PLAN_FILE_H_
#define ONNXIFI_PARTITIONER_PLAN_FILE_H_

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace onnxifi::partitioner {

// A node that must be on a device, both by name.
struct Pin {
  std::string node;
  std::string device;
};

// Reads what `onnxifi partition --json` writes, or a part of it: an object with
// "nodes", each with "name" and "device", which is a name or an index into
// "devices". So a plan can be kept, changed by hand and used again; nodes that
// are not in it are placed freely. Other members are not looked at.
// INVALID_PROPERTY with what is wrong and where.
Result<std::vector<Pin>> ParsePlan(std::string_view text);

// The bytes of a file of at most 64 MiB, and the pins in it.
Result<std::string> ReadPlanText(const std::string& path);
Result<std::vector<Pin>> ReadPlanFile(const std::string& path);

}  // namespace onnxifi::partitioner

#endif  // ONNXIFI_PARTITIONER_PLAN_FILE_H_
