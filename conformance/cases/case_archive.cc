#include "conformance/cases/case_archive.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <string_view>

#include "base/str_cat.h"
#include "client/text.h"
#include "conformance/cases/tar_reader.h"
#include "graph/onnx_reader.h"
#include "graph/wire_reader.h"

namespace onnxifi::conformance {
namespace {

using Bytes = std::span<const std::byte>;
using Json = nlohmann::json;

constexpr size_t kMaxIndex = 999;
constexpr std::string_view kSet = "test_data_set_";

Status Bad(const std::string& name, const std::string& what) {
  return Status(ONNXIFI_STATUS_INVALID_PROTOBUF,
                StrCat("archive, '", client::EscapeText(name), "': ", what,
                       ": write it again with write_case_archive.py"));
}

// PREFIX, a number without leading zeros, SUFFIX.
bool ReadNumbered(std::string_view text, std::string_view prefix,
                  std::string_view suffix, size_t* number) {
  if (!text.starts_with(prefix) || !text.ends_with(suffix) ||
      text.size() <= prefix.size() + suffix.size()) {
    return false;
  }
  text.remove_prefix(prefix.size());
  text.remove_suffix(suffix.size());
  if (text.front() == '0' && text.size() > 1) return false;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), *number);
  return error == std::errc() && end == text.data() + text.size() &&
         *number <= kMaxIndex;
}

// Files by their numbers.
using Numbered = std::map<size_t, Bytes>;

Status ToList(const std::string& name, const Numbered& files,
              std::vector<Bytes>* list) {
  for (const auto& [number, bytes] : files) {
    if (number != list->size()) {
      return Bad(name, StrCat("no file of number ", list->size()));
    }
    list->push_back(bytes);
  }
  return Status::Ok();
}

// The files of one case, as they come.
struct Collected {
  std::optional<Bytes> model;
  std::optional<Bytes> settings;
  std::map<size_t, std::pair<Numbered, Numbered>> sets;
};

Status Collect(const std::string& name, std::string_view file, Bytes bytes,
               Collected* to) {
  if (file == "model.onnx") {
    to->model = bytes;
    return Status::Ok();
  }
  if (file == "data.json") {
    to->settings = bytes;
    return Status::Ok();
  }
  const size_t slash = file.find('/');
  size_t set = 0;
  size_t index = 0;
  if (slash != std::string_view::npos &&
      ReadNumbered(file.substr(0, slash), kSet, "", &set)) {
    const std::string_view last = file.substr(slash + 1);
    if (ReadNumbered(last, "input_", ".pb", &index)) {
      to->sets[set].first[index] = bytes;
      return Status::Ok();
    }
    if (ReadNumbered(last, "output_", ".pb", &index)) {
      to->sets[set].second[index] = bytes;
      return Status::Ok();
    }
  }
  return Bad(name,
             StrCat("'", client::EscapeText(file), "' is no file of a case"));
}

bool ReadLimit(const Json& json, double* value) {
  if (!json.is_number()) return false;
  *value = json.get<double>();
  return std::isfinite(*value);
}

Status ReadSettings(const std::string& name, Bytes bytes, ArchivedCase* out) {
  const Json json = Json::parse(graph::Text(bytes), nullptr, false);
  if (!json.is_object()) return Bad(name, "data.json is no object");
  for (const auto& [key, value] : json.items()) {
    bool good = false;
    if (key == "rtol") {
      good = ReadLimit(value, &out->tolerance.rtol) && out->tolerance.rtol >= 0;
    } else if (key == "atol") {
      good = ReadLimit(value, &out->tolerance.atol) && out->tolerance.atol >= 0;
    } else if (key == "random" && value.is_array() && value.size() == 2) {
      client::ValueRange range;
      good = ReadLimit(value[0], &range.low) &&
             ReadLimit(value[1], &range.high) && range.low <= range.high;
      out->random = range;
    }
    if (!good) {
      return Bad(name, StrCat("data.json: '", client::EscapeText(key),
                              "' is unknown or has a wrong value"));
    }
  }
  return Status::Ok();
}

Result<ArchivedCase> MakeCase(const std::string& name, const Collected& from) {
  ArchivedCase made;
  made.name = name;
  if (!from.model.has_value()) return Bad(name, "no model.onnx");
  if (!from.settings.has_value()) return Bad(name, "no data.json");
  // A case without data would pass without a run.
  if (from.sets.empty()) return Bad(name, "no test_data_set_0");
  made.model = *from.model;
  ONNXIFI_RETURN_IF_ERROR(ReadSettings(name, *from.settings, &made));
  for (const auto& [number, set] : from.sets) {
    if (number != made.data.size()) {
      return Bad(name, StrCat("no data set ", made.data.size()));
    }
    CaseData& data = made.data.emplace_back();
    ONNXIFI_RETURN_IF_ERROR(ToList(name, set.first, &data.inputs));
    ONNXIFI_RETURN_IF_ERROR(ToList(name, set.second, &data.outputs));
    if (data.outputs.empty()) {
      return Bad(name, StrCat("data set ", number, " has no outputs"));
    }
  }
  return made;
}

}  // namespace

Result<CaseArchive> CaseArchive::Read(std::span<const std::byte> bytes) {
  ONNXIFI_ASSIGN_OR_RETURN(const std::vector<TarFile> files, ReadTar(bytes));
  std::map<std::string, Collected> collected;
  for (const TarFile& file : files) {
    // The case is named by the first two folders.
    const size_t first = file.name.find('/');
    const size_t second = first == std::string::npos
                              ? std::string::npos
                              : file.name.find('/', first + 1);
    if (second == std::string::npos) {
      return Bad(file.name, "a file outside of the folder of a case");
    }
    const std::string name = file.name.substr(0, second);
    ONNXIFI_RETURN_IF_ERROR(
        Collect(name, std::string_view(file.name).substr(second + 1),
                file.bytes, &collected[name]));
  }
  CaseArchive archive;
  archive.bytes_ = bytes;
  for (const auto& [name, parts] : collected) {
    ONNXIFI_ASSIGN_OR_RETURN(ArchivedCase made, MakeCase(name, parts));
    archive.cases_.push_back(std::move(made));
  }
  return archive;
}

Result<CaseArchive> CaseArchive::Open(const std::string& path) {
  ONNXIFI_ASSIGN_OR_RETURN(graph::MappedFile file, graph::MapFile(path));
  Result<CaseArchive> archive = Read(file.bytes);
  if (!archive.ok()) {
    return archive.status().WithContext(
        StrCat("file '", client::EscapeText(path), "'"));
  }
  archive.value().owner_ = file.owner;
  return archive;
}

}  // namespace onnxifi::conformance
