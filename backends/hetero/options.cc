#include "backends/hetero/options.h"

#include <stdlib.h>

#include <algorithm>
#include <charconv>
#include <string_view>

#include "base/str_cat.h"
#include "partitioner/calibration_file.h"

namespace onnxifi::hetero {
namespace {

constexpr std::string_view kRandom = "random:";

bool ParseNumber(std::string_view text, uint64_t* number) {
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, *number);
  return !text.empty() && error == std::errc() && stop == end;
}

}  // namespace

Result<Options> Options::Parse(const char* devices, const char* placement,
                               const char* report) {
  Options options;
  std::string_view names = devices == nullptr ? "" : devices;
  while (!names.empty()) {
    const size_t comma = std::min(names.find(','), names.size());
    if (comma > 0) options.devices.emplace_back(names.substr(0, comma));
    names.remove_prefix(std::min(comma + 1, names.size()));
  }
  if (report != nullptr) options.report = report;
  const std::string_view how = placement == nullptr ? "auto" : placement;
  if (how == "auto" || how.empty()) return options;
  if (how == "host") {
    options.placement.mode = partitioner::PlacerOptions::Mode::kHost;
    return options;
  }
  if (how.starts_with(kRandom) &&
      ParseNumber(how.substr(kRandom.size()), &options.placement.seed)) {
    options.placement.mode = partitioner::PlacerOptions::Mode::kRandom;
    return options;
  }
  return Status(ONNXIFI_STATUS_INVALID_PROPERTY,
                StrCat("placement (ONNXIFI_HETERO_PLACEMENT) is '", how,
                       "'; it may be auto, host or random:NUMBER"));
}

Result<partitioner::MeasuredCostsOptions::Mode> Options::ParseCalibration(
    const char* text) {
  using Mode = partitioner::MeasuredCostsOptions::Mode;
  const std::string_view how = text == nullptr ? "use" : text;
  if (how == "use" || how.empty()) return Mode::kUse;
  if (how == "off") return Mode::kOff;
  if (how == "measure") return Mode::kMissing;
  return Status(ONNXIFI_STATUS_INVALID_PROPERTY,
                StrCat("calibration (ONNXIFI_HETERO_CALIBRATION) is '", how,
                       "'; it may be use, off or measure"));
}

std::vector<OptionInfo> Options::Infos() {
  return {
      {"devices", "",
       "parts of backends' names, separated by commas: only backends with one "
       "of them are used, in this order behind the host; empty: all"},
      {"placement", "auto",
       "auto: at least cost; host: all there; random:NUMBER: anywhere, for "
       "tests"},
      {"plan", "",
       "file that pins nodes to devices, as `onnxifi partition --json` writes "
       "it"},
      {"calibration", "use",
       "use: measured costs where there are some; off: none; measure: what is "
       "missing is measured first"},
      {"report", "",
       "file that gets what was decided and what happened, as JSON lines"},
  };
}

Result<Options> Options::Make(
    const std::map<std::string, std::string>& values) {
  const auto value = [&](const char* key, const char* otherwise) {
    const auto at = values.find(key);
    return at != values.end() ? at->second.c_str() : otherwise;
  };
  ONNXIFI_ASSIGN_OR_RETURN(
      Options options,
      Parse(value("devices", secure_getenv("ONNXIFI_HETERO_DEVICES")),
            value("placement", secure_getenv("ONNXIFI_HETERO_PLACEMENT")),
            value("report", secure_getenv("ONNXIFI_HETERO_REPORT"))));
  ONNXIFI_ASSIGN_OR_RETURN(
      options.costs.mode,
      ParseCalibration(
          value("calibration", secure_getenv("ONNXIFI_HETERO_CALIBRATION"))));
  options.costs.directory = partitioner::CalibrationDirectory();
  const char* plan = value("plan", secure_getenv("ONNXIFI_HETERO_PLAN"));
  if (plan != nullptr && *plan != '\0') {
    ONNXIFI_ASSIGN_OR_RETURN(options.placement.pins,
                             partitioner::ReadPlanFile(plan));
  }
  return options;
}

}  // namespace onnxifi::hetero
