#include "conformance/runner/record.h"

#include <limits>
#include <nlohmann/json.hpp>

#include "base/str_cat.h"
#include "graph/onnx_reader.h"

namespace onnxifi::conformance {
namespace {

using Json = nlohmann::ordered_json;

Status Bad(std::string_view what) {
  return Status(ONNXIFI_STATUS_INVALID_PROTOBUF, StrCat("results: ", what));
}

std::string Line(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// Members of one object; remembers what was missing or of another type.
class Reader {
 public:
  explicit Reader(const Json& json) : json_(json) {}

  template <typename T>
  void Get(const char* key, T* out) {
    const auto found = json_.find(key);
    if (found == json_.end() || !Fits<T>(*found)) {
      if (wrong_.empty()) wrong_ = key;
      return;
    }
    *out = found->get<T>();
  }
  // JSON has no NaN: it is written as null, and a plugin may well compute one.
  void GetFigure(const char* key, double* out) {
    const auto found = json_.find(key);
    if (found != json_.end() && found->is_null()) {
      *out = std::numeric_limits<double>::quiet_NaN();
    } else {
      Get(key, out);
    }
  }
  Status status() const {
    return wrong_.empty() ? Status::Ok()
                          : Bad(StrCat("no valid member '", wrong_, "'"));
  }

 private:
  template <typename T>
  static bool Fits(const Json& json) {
    if constexpr (std::is_same_v<T, std::string>) return json.is_string();
    if constexpr (std::is_same_v<T, bool>) return json.is_boolean();
    if constexpr (std::is_same_v<T, uint64_t>) return json.is_number_unsigned();
    if constexpr (std::is_same_v<T, double>) return json.is_number();
    if constexpr (std::is_same_v<T, Json>) return json.is_array();
    return false;
  }
  const Json& json_;
  std::string wrong_;
};

Json FiguresOf(const Record& record) {
  Json list = Json::array();
  for (const Figure& figure : record.figures) {
    list.push_back({{"name", figure.name},
                    {"value", figure.value},
                    {"limit", figure.limit}});
  }
  return list;
}

Status ReadLists(const Json& requirements, const Json& failures,
                 const Json& figures, Record* record) {
  for (const Json& each : requirements) {
    if (!each.is_string()) return Bad("a requirement is no text");
    record->requirements.push_back(each.get<std::string>());
  }
  for (const Json& each : failures) {
    Reader reader(each);
    Failure failure;
    reader.Get("where", &failure.where);
    reader.Get("text", &failure.text);
    ONNXIFI_RETURN_IF_ERROR(reader.status());
    record->failures.push_back(std::move(failure));
  }
  for (const Json& each : figures) {
    Reader reader(each);
    Figure figure;
    reader.Get("name", &figure.name);
    reader.GetFigure("value", &figure.value);
    reader.GetFigure("limit", &figure.limit);
    ONNXIFI_RETURN_IF_ERROR(reader.status());
    record->figures.push_back(std::move(figure));
  }
  return Status::Ok();
}

Result<Json> ParseObject(std::string_view line) {
  Json json = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded() || !json.is_object()) return Bad("no JSON object");
  return json;
}

}  // namespace

std::string ToLine(const Record& record) {
  Json failures = Json::array();
  for (const Failure& failure : record.failures) {
    failures.push_back({{"where", failure.where}, {"text", failure.text}});
  }
  return Line({{"test", record.test},
               {"outcome", OutcomeName(record.outcome)},
               {"profile", record.profile},
               {"requirements", record.requirements},
               {"reason", record.reason},
               {"failures", failures},
               {"figures", FiguresOf(record)},
               {"checks", record.checks},
               {"seconds", record.seconds},
               {"log", record.log}});
}

std::string ToLine(const RunHeader& header) {
  return Line({{"suite", header.suite},
               {"suite_sha256", header.suite_sha256},
               {"plugin", header.plugin},
               {"plugin_sha256", header.plugin_sha256},
               {"archive_sha256", header.archive_sha256},
               {"profile_sha256", header.profile_sha256},
               {"backend", header.backend},
               {"seed", header.seed},
               {"tier", header.tier},
               {"filter", header.filter},
               {"shard", header.shard},
               {"shards", header.shards},
               {"tests", header.tests},
               {"list_sha256", header.list_sha256}});
}

Result<Record> ParseRecord(std::string_view line) {
  ONNXIFI_ASSIGN_OR_RETURN(const Json json, ParseObject(line));
  Record record;
  Reader reader(json);
  std::string outcome;
  Json requirements, failures, figures;
  reader.Get("test", &record.test);
  reader.Get("outcome", &outcome);
  reader.Get("profile", &record.profile);
  reader.Get("requirements", &requirements);
  reader.Get("reason", &record.reason);
  reader.Get("failures", &failures);
  reader.Get("figures", &figures);
  reader.Get("checks", &record.checks);
  reader.Get("seconds", &record.seconds);
  reader.Get("log", &record.log);
  ONNXIFI_RETURN_IF_ERROR(reader.status());
  const std::optional<Outcome> parsed = ParseOutcome(outcome);
  if (!parsed.has_value()) return Bad(StrCat("no outcome: ", outcome));
  record.outcome = *parsed;
  ONNXIFI_RETURN_IF_ERROR(ReadLists(requirements, failures, figures, &record));
  return record;
}

Result<RunHeader> ParseHeader(std::string_view line) {
  ONNXIFI_ASSIGN_OR_RETURN(const Json json, ParseObject(line));
  RunHeader header;
  Reader reader(json);
  reader.Get("suite", &header.suite);
  reader.Get("suite_sha256", &header.suite_sha256);
  reader.Get("plugin", &header.plugin);
  reader.Get("plugin_sha256", &header.plugin_sha256);
  reader.Get("archive_sha256", &header.archive_sha256);
  reader.Get("profile_sha256", &header.profile_sha256);
  reader.Get("backend", &header.backend);
  reader.Get("seed", &header.seed);
  reader.Get("tier", &header.tier);
  reader.Get("filter", &header.filter);
  reader.Get("shard", &header.shard);
  reader.Get("shards", &header.shards);
  reader.Get("tests", &header.tests);
  reader.Get("list_sha256", &header.list_sha256);
  ONNXIFI_RETURN_IF_ERROR(reader.status());
  return header;
}

Result<Results> ReadResults(const std::string& path) {
  ONNXIFI_ASSIGN_OR_RETURN(const graph::MappedFile file, graph::MapFile(path));
  Result<Results> results = ParseResults(
      {reinterpret_cast<const char*>(file.bytes.data()), file.bytes.size()});
  if (!results.ok()) return results.status().WithContext(path);
  return results;
}

Result<Results> ParseResults(std::string_view text) {
  Results results;
  bool first = true;
  for (size_t end; (end = text.find('\n')) != std::string_view::npos;
       text.remove_prefix(end + 1)) {
    const std::string_view line = text.substr(0, end);
    if (first) {
      ONNXIFI_ASSIGN_OR_RETURN(results.header, ParseHeader(line));
    } else {
      ONNXIFI_ASSIGN_OR_RETURN(Record record, ParseRecord(line));
      results.records.push_back(std::move(record));
    }
    first = false;
  }
  if (first) return Bad("no first line");
  return results;
}

std::string ToText(const Results& results) {
  std::string text = ToLine(results.header) + "\n";
  for (const Record& record : results.records) text += ToLine(record) + "\n";
  return text;
}

}  // namespace onnxifi::conformance
