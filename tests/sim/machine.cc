#include "tests/sim/machine.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "base/str_cat.h"
#include "tests/sim/field_reader.h"

namespace onnxifi::sim {
namespace {

using loader::JsonValue;

constexpr size_t kMaxDevices = 64;
constexpr size_t kMaxNameBytes = 49;  // ONNXIFI_BACKEND_NAME
constexpr double kMaxLaunchUs = 60e6;
constexpr double kMaxSlowDown = 1e6;
constexpr double kMaxElementPs = 1e9;
constexpr double kMaxWrong = 1e9;
constexpr uint64_t kMaxHangMs = 600'000;
constexpr uint64_t kMaxCostNs = 3'600'000'000'000;

struct Word {
  const char* text;
  uint64_t value;
};

constexpr Word kDeviceTypes[] = {
    {"cpu", ONNXIFI_DEVICE_TYPE_CPU},
    {"gpu", ONNXIFI_DEVICE_TYPE_GPU},
    {"dsp", ONNXIFI_DEVICE_TYPE_DSP},
    {"fpga", ONNXIFI_DEVICE_TYPE_FPGA},
    {"npu", ONNXIFI_DEVICE_TYPE_NPU},
    {"accelerator", ONNXIFI_DEVICE_TYPE_NPU},
    {"heterogeneous", ONNXIFI_DEVICE_TYPE_HETEROGENEOUS},
};

// What onnxInitGraph may say of a model that is in order.
constexpr Word kCompileStatuses[] = {
    {"UNSUPPORTED_VERSION", ONNXIFI_STATUS_UNSUPPORTED_VERSION},
    {"UNSUPPORTED_OPERATOR", ONNXIFI_STATUS_UNSUPPORTED_OPERATOR},
    {"UNSUPPORTED_ATTRIBUTE", ONNXIFI_STATUS_UNSUPPORTED_ATTRIBUTE},
    {"UNSUPPORTED_SHAPE", ONNXIFI_STATUS_UNSUPPORTED_SHAPE},
    {"UNSUPPORTED_DATATYPE", ONNXIFI_STATUS_UNSUPPORTED_DATATYPE},
    {"NO_SYSTEM_MEMORY", ONNXIFI_STATUS_NO_SYSTEM_MEMORY},
    {"NO_SYSTEM_RESOURCES", ONNXIFI_STATUS_NO_SYSTEM_RESOURCES},
    {"NO_DEVICE_MEMORY", ONNXIFI_STATUS_NO_DEVICE_MEMORY},
    {"NO_DEVICE_RESOURCES", ONNXIFI_STATUS_NO_DEVICE_RESOURCES},
    {"BACKEND_UNAVAILABLE", ONNXIFI_STATUS_BACKEND_UNAVAILABLE},
    {"INTERNAL_ERROR", ONNXIFI_STATUS_INTERNAL_ERROR},
};

template <size_t N>
Status ReadWord(const std::string& text, const std::string& place,
                const Word (&words)[N], uint64_t* out) {
  std::string known;
  for (const Word& word : words) {
    if (text == word.text) {
      *out = word.value;
      return Status::Ok();
    }
    known += StrCat(known.empty() ? "" : ", ", word.text);
  }
  return BadField(place, StrCat("'", text, "' is none of ", known));
}

template <size_t N>
void TakeWord(FieldReader& fields, std::string_view name,
              const Word (&words)[N], uint64_t* out) {
  std::string text;
  fields.Text(name, &text);
  if (fields.ok() && !text.empty()) {
    fields.Keep(ReadWord(text, fields.PlaceOf(name), words, out));
  }
}

void ReadOperators(FieldReader& fields, OperatorSet* out) {
  fields.Require("operators");
  const JsonValue* operators = fields.Find("operators");
  if (operators != nullptr && operators->kind == JsonValue::Kind::kString) {
    out->all = operators->string == "all";
    if (!out->all) {
      fields.Keep(BadField(fields.PlaceOf("operators"),
                           "must be \"all\" or an array of operators"));
    }
  } else {
    fields.Texts("operators", &out->names);
  }
  fields.Texts("except", &out->except);
}

Status ReadDataType(const JsonValue& value, const std::string& place,
                    std::set<graph::DataType>* out) {
  std::string text;
  ONNXIFI_RETURN_IF_ERROR(ReadText(value, place, &text));
  for (int32_t number = 1;; ++number) {
    const auto type = static_cast<graph::DataType>(number);
    if (graph::ElementBits(type) == 0) break;
    if (text != graph::DataTypeName(type)) continue;
    if (out->insert(type).second) return Status::Ok();
    return BadField(place, StrCat("'", text, "' stands twice"));
  }
  return BadField(place, StrCat("'", text,
                                "' is no element type; they are written like "
                                "float32, int64, bool"));
}

// Bits as in NodeSupport: the last one stands for it and all that follow.
Status ReadHostInputs(const JsonValue& value, const std::string& place,
                      uint64_t* bits) {
  if (value.kind != JsonValue::Kind::kArray) {
    return BadField(place, "must be an array of indexes of inputs");
  }
  for (size_t i = 0; i < value.items.size(); ++i) {
    uint64_t index = 0;
    ONNXIFI_RETURN_IF_ERROR(
        ReadWhole(value.items[i], StrCat(place, "[", i, "]"), 0, 63, &index));
    *bits |= uint64_t{1} << index;
  }
  return Status::Ok();
}

void ReadClaims(FieldReader& fields, DeviceSpec* out) {
  ReadOperators(fields, &out->operators);
  fields.Each("data_types",
              [&](const JsonValue& value, const std::string& place) {
                return ReadDataType(value, place, &out->data_types);
              });
  if (fields.Has("data_types") && out->data_types.empty()) {
    fields.Keep(BadField(fields.PlaceOf("data_types"),
                         "must not be empty; leave it out for all"));
  }
  fields.Texts("emulated", &out->emulated);
  fields.Whole("max_rank", 0, graph::kMaxRank, &out->max_rank);
  fields.Flag("refuse_dynamic_shapes", &out->refuse_dynamic_shapes);
  fields.EachMember(
      "host_inputs", [&](const std::string& op, const JsonValue& value,
                         const std::string& place) {
        return ReadHostInputs(value, place, &out->host_inputs.entries[op]);
      });
  fields.Each("groups", [&](const JsonValue& value, const std::string& place) {
    return ReadTexts(value, place, &out->groups.emplace_back());
  });
}

void ReadTimes(FieldReader& fields, DeviceSpec* out) {
  fields.EachMember("cost_ns", [&](const std::string& op,
                                   const JsonValue& value,
                                   const std::string& place) {
    return ReadWhole(value, place, 0, kMaxCostNs, &out->cost_ns.entries[op]);
  });
  if (fields.Has("cost_per_element_ps")) {
    fields.Real("cost_per_element_ps", 0, kMaxElementPs,
                &out->cost_per_element_ps.emplace(0));
  }
  fields.Real("launch_us", 0, kMaxLaunchUs, &out->launch_us);
  fields.Real("copy_us", 0, kMaxLaunchUs, &out->copy_us);
  fields.EachMember("slow_down", [&](const std::string& op,
                                     const JsonValue& value,
                                     const std::string& place) {
    return ReadReal(value, place, 0, kMaxSlowDown, &out->slow_down.entries[op]);
  });
  fields.Flag("real_time", &out->real_time);
}

Status ReadCompileFault(const JsonValue& value, const std::string& place,
                        Faults::AtCompile* out) {
  FieldReader fields(value, place);
  fields.Text("node", &out->node);
  fields.Text("operator", &out->op);
  fields.Whole("index", 0, kMaxWhole, &out->index);
  uint64_t status = ONNXIFI_STATUS_INTERNAL_ERROR;
  TakeWord(fields, "status", kCompileStatuses, &status);
  out->status = static_cast<onnxStatus>(status);
  const int ways = (fields.Has("node") ? 1 : 0) +
                   (fields.Has("operator") ? 1 : 0) +
                   (fields.Has("index") ? 1 : 0);
  if (ways != 1) {
    fields.Keep(BadField(place, "needs one of node, operator and index"));
  }
  return fields.Finish();
}

Status ReadWrongResult(const JsonValue& value, const std::string& place,
                       Faults::WrongResult* out) {
  FieldReader fields(value, place);
  fields.Text("node", &out->node);
  fields.Text("operator", &out->op);
  fields.Text("with", &out->with);
  fields.Require("add");
  fields.Real("add", -kMaxWrong, kMaxWrong, &out->add);
  if (fields.Has("node") == fields.Has("operator")) {
    fields.Keep(BadField(place, "needs one of node and operator"));
  }
  return fields.Finish();
}

Status ReadHang(const JsonValue& value, const std::string& place, Faults* out) {
  FieldReader fields(value, place);
  fields.Require("run");
  fields.Require("ms");
  fields.Whole("run", 1, kMaxWhole, &out->hang_at_run);
  fields.Whole("ms", 0, kMaxHangMs, &out->hang_ms);
  return fields.Finish();
}

Status ReadFaults(const JsonValue& value, const std::string& place,
                  Faults* out) {
  FieldReader fields(value, place);
  if (const JsonValue* fault = fields.Find("compile_fails_at")) {
    fields.Keep(ReadCompileFault(*fault, fields.PlaceOf("compile_fails_at"),
                                 &out->compile.emplace()));
  }
  fields.Each("wrong_results", [&](const JsonValue& wrong,
                                   const std::string& where) {
    return ReadWrongResult(wrong, where, &out->wrong_results.emplace_back());
  });
  fields.Whole("out_of_memory_above", 0, kMaxWhole, &out->out_of_memory_above);
  fields.Whole("lost_at_run", 1, kMaxWhole, &out->lost_at_run);
  fields.Whole("out_of_memory_at_run", 1, kMaxWhole,
               &out->out_of_memory_at_run);
  fields.Whole("fails_at_run", 1, kMaxWhole, &out->fails_at_run);
  fields.Whole("wrong_at_run", 1, kMaxWhole, &out->wrong_at_run);
  if (const JsonValue* hang = fields.Find("hang_ms_at_run")) {
    fields.Keep(ReadHang(*hang, fields.PlaceOf("hang_ms_at_run"), out));
  }
  return fields.Finish();
}

Status ReadDevice(const JsonValue& value, const std::string& place,
                  DeviceSpec* out) {
  FieldReader fields(value, place);
  std::string comment;
  fields.Text("comment", &comment);
  fields.Require("name");
  fields.Text("name", &out->name);
  if (out->name.size() > kMaxNameBytes) {
    fields.Keep(BadField(
        fields.PlaceOf("name"),
        StrCat("has ", out->name.size(), " bytes, at most ", kMaxNameBytes)));
  }
  TakeWord(fields, "device_type", kDeviceTypes, &out->device_type);
  const struct {
    const char* name;
    uint64_t* out;
  } kNumbers[] = {{"macs_fp32", &out->macs_fp32},
                  {"macs_fp16", &out->macs_fp16},
                  {"memory_bandwidth", &out->memory_bandwidth},
                  {"cpu_read_bandwidth", &out->cpu_read_bandwidth},
                  {"cpu_write_bandwidth", &out->cpu_write_bandwidth},
                  {"memory_size", &out->memory_size}};
  for (const auto& number : kNumbers) {
    fields.Whole(number.name, 1, kMaxWhole, number.out);
  }
  fields.Flag("device_memory", &out->device_memory);
  ReadClaims(fields, out);
  ReadTimes(fields, out);
  if (const JsonValue* faults = fields.Find("faults")) {
    fields.Keep(ReadFaults(*faults, fields.PlaceOf("faults"), &out->faults));
  }
  return fields.Finish();
}

Status ReadDevices(const JsonValue& value, std::vector<DeviceSpec>* out) {
  FieldReader fields(value, "");
  std::string comment;
  fields.Text("comment", &comment);
  fields.Require("devices");
  fields.Each("devices", [&](const JsonValue& device,
                             const std::string& place) {
    if (out->size() == kMaxDevices) {
      return BadField(place, StrCat("at most ", kMaxDevices, " devices"));
    }
    DeviceSpec spec;
    ONNXIFI_RETURN_IF_ERROR(ReadDevice(device, place, &spec));
    for (const DeviceSpec& other : *out) {
      if (other.name != spec.name) continue;
      return BadField(place + ".name",
                      StrCat("'", spec.name, "' is the name of another one"));
    }
    out->push_back(std::move(spec));
    return Status::Ok();
  });
  return fields.Finish();
}

}  // namespace

std::string OperatorName(const graph::Node& node) {
  return node.domain.empty() ? node.op_type
                             : StrCat(node.domain, ":", node.op_type);
}

Result<std::vector<DeviceSpec>> ParseMachine(std::string_view text) {
  std::string error;
  const std::optional<JsonValue> json = loader::ParseJson(text, &error);
  if (!json) return BadField("", StrCat("not JSON: ", error));
  std::vector<DeviceSpec> devices;
  ONNXIFI_RETURN_IF_ERROR(ReadDevices(*json, &devices));
  return devices;
}

Result<std::vector<DeviceSpec>> LoadMachine(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) {
    return BadField(path, "not a file");
  }
  std::ifstream file(path, std::ios::binary);
  // One byte more than is allowed, so that the reader sees what is too long.
  std::string text(loader::kMaxJsonBytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad() || !file.is_open()) return BadField(path, "cannot be read");
  text.resize(static_cast<size_t>(file.gcount()));
  Result<std::vector<DeviceSpec>> devices = ParseMachine(text);
  if (!devices.ok()) return devices.status().WithContext(path);
  return devices;
}

}  // namespace onnxifi::sim
