#include "partitioner/plan_file.h"

#include <cstdint>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/str_cat.h"
#include "graph/onnx_reader.h"

namespace onnxifi::partitioner {
namespace {

using nlohmann::json;

constexpr size_t kMostBytes = size_t{64} << 20;

Status Bad(const std::string& what) {
  return Status(ONNXIFI_STATUS_INVALID_PROPERTY,
                StrCat("the plan is of no use: ", what,
                       ": write it with `onnxifi partition --json`"));
}

Result<std::string> DeviceOf(const json& node, const json& devices,
                             const std::string& where) {
  const auto device = node.find("device");
  if (device == node.end()) return Bad(StrCat(where, ".device is missing"));
  if (device->is_string()) return device->get<std::string>();
  if (!device->is_number_integer() || !devices.is_array()) {
    return Bad(StrCat(where, ".device is no name and no index of devices"));
  }
  const auto index = device->get<int64_t>();
  if (index < 0 || static_cast<uint64_t>(index) >= devices.size() ||
      !devices[static_cast<size_t>(index)].is_string()) {
    return Bad(StrCat(where, ".device is ", index, ", devices has ",
                      devices.size(), " names"));
  }
  return devices[static_cast<size_t>(index)].get<std::string>();
}

}  // namespace

Result<std::vector<Pin>> ParsePlan(std::string_view text) {
  const json plan = json::parse(text, nullptr, false);
  if (!plan.is_object()) return Bad("it is no JSON object");
  const auto nodes = plan.find("nodes");
  if (nodes == plan.end() || !nodes->is_array()) {
    return Bad("nodes is no array");
  }
  const auto devices = plan.find("devices");
  const json none;
  std::vector<Pin> pins;
  for (size_t i = 0; i < nodes->size(); ++i) {
    const json& node = (*nodes)[i];
    const std::string where = StrCat("nodes[", i, "]");
    if (!node.is_object()) return Bad(StrCat(where, " is no object"));
    const auto name = node.find("name");
    if (name == node.end() || !name->is_string()) {
      return Bad(StrCat(where, ".name is no string"));
    }
    ONNXIFI_ASSIGN_OR_RETURN(
        std::string device,
        DeviceOf(node, devices == plan.end() ? none : *devices, where));
    pins.push_back({name->get<std::string>(), std::move(device)});
  }
  return pins;
}

Result<std::string> ReadPlanText(const std::string& path) {
  Result<graph::MappedFile> file = graph::MapFile(path);
  if (!file.ok()) {
    return Bad(StrCat("'", path, "': ", file.status().message()));
  }
  if (file->bytes.size() > kMostBytes) {
    return Bad(StrCat("'", path, "' has more than ", kMostBytes, " bytes"));
  }
  return std::string(reinterpret_cast<const char*>(file->bytes.data()),
                     file->bytes.size());
}

Result<std::vector<Pin>> ReadPlanFile(const std::string& path) {
  ONNXIFI_ASSIGN_OR_RETURN(const std::string text, ReadPlanText(path));
  return ParsePlan(text);
}

}  // namespace onnxifi::partitioner
