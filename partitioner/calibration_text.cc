#include "partitioner/calibration_text.h"

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "base/str_cat.h"
#include "partitioner/node_model.h"

namespace onnxifi::partitioner {
namespace {

using nlohmann::json;

constexpr const char* kSchema = "onnxifi.calibration/1";

Status Bad(const std::string& what) {
  return Status(ONNXIFI_STATUS_INVALID_PROPERTY, what);
}

// A whole number from `low` to `high`.
std::optional<int64_t> Number(const json& value, int64_t low, int64_t high) {
  if (!value.is_number_integer()) return std::nullopt;
  if (value.is_number_unsigned() &&
      value.get<uint64_t>() > static_cast<uint64_t>(high)) {
    return std::nullopt;
  }
  const auto number = value.get<int64_t>();
  if (number < low || number > high) return std::nullopt;
  return number;
}

bool IsText(const json& object, const char* name, const std::string& text) {
  const auto member = object.find(name);
  return member != object.end() && member->is_string() &&
         member->get_ref<const std::string&>() == text;
}

Status ReadCopy(const json& file, const char* name,
                std::optional<CopyCost>* copy) {
  const auto member = file.find(name);
  if (member == file.end()) return Status::Ok();
  if (!member->is_array() || member->size() != 2) {
    return Bad(StrCat(name, " is no pair"));
  }
  const auto latency = Number((*member)[0], 0, kMostNodeNs);
  const auto picoseconds = Number((*member)[1], 0, kMostPicoseconds);
  if (!latency || !picoseconds) {
    return Bad(StrCat(name, " is out of range"));
  }
  *copy = CopyCost{*latency, *picoseconds};
  return Status::Ok();
}

Status ReadNodes(const json& file, Calibration* calibration) {
  const auto nodes = file.find("nodes");
  if (nodes == file.end() || !nodes->is_object()) {
    return Bad("nodes is no object");
  }
  if (nodes->size() > kMostCalibratedNodes) {
    return Bad(StrCat("it has more than ", kMostCalibratedNodes, " nodes"));
  }
  for (const auto& [key, time] : nodes->items()) {
    const std::optional<int64_t> ns = Number(time, 1, kMostNodeNs);
    if (!IsNodeKey(key) || !ns) return Bad("a node's key or time is none");
    calibration->nodes.emplace(key, *ns);
  }
  return Status::Ok();
}

}  // namespace

std::string FormatCalibration(const std::string& identity,
                              const Calibration& calibration) {
  json file = {{"schema", kSchema}, {"device", identity}};
  if (calibration.launch) file["launch_ns"] = *calibration.launch;
  const auto copy = [&](const char* name, const std::optional<CopyCost>& cost) {
    if (cost) file[name] = {cost->latency, cost->picoseconds};
  };
  copy("from_host", calibration.from_host);
  copy("to_host", calibration.to_host);
  json nodes = json::object();
  for (const auto& [key, ns] : calibration.nodes) nodes[key] = ns;
  file["nodes"] = std::move(nodes);
  return file.dump(1, ' ', true, json::error_handler_t::replace) + "\n";
}

Result<Calibration> ParseCalibration(std::string_view text,
                                     const std::string& identity) {
  const json file = json::parse(text, nullptr, false);
  if (!file.is_object()) return Bad("it is no JSON object");
  if (!IsText(file, "schema", kSchema)) {
    return Bad(StrCat("its schema is not ", kSchema));
  }
  if (!IsText(file, "device", identity)) return Bad("it is another device's");
  Calibration calibration;
  if (const auto launch = file.find("launch_ns"); launch != file.end()) {
    calibration.launch = Number(*launch, 0, kMostNodeNs);
    if (!calibration.launch) return Bad("launch_ns is out of range");
  }
  ONNXIFI_RETURN_IF_ERROR(ReadCopy(file, "from_host", &calibration.from_host));
  ONNXIFI_RETURN_IF_ERROR(ReadCopy(file, "to_host", &calibration.to_host));
  ONNXIFI_RETURN_IF_ERROR(ReadNodes(file, &calibration));
  return calibration;
}

}  // namespace onnxifi::partitioner
